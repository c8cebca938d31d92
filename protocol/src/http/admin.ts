import { z } from "zod";
import { type AuditEntry, auditActs } from "../audit.ts";
import { limits } from "../limits.ts";
import type * as model from "../model.ts";
import { shortText } from "../text.ts";
import { authorSchema, displayName, email, username, userSchema } from "./accounts.ts";
import { cursorNumber, pageLimit, role, timestamp } from "./fields.ts";
import { resetLinkSchema } from "./passwords.ts";
import { editRoomBody } from "./rooms.ts";

/** What those who look after the workspace ask and see. */

export const createUserBody = z.strictObject({
  username,
  displayName: displayName.optional(),
  email: email.nullish(),
  role: role.default("member"),
});

export const roleBody = z.strictObject({ role });
export const adminRoomBody = editRoomBody.pick({ name: true, archived: true });
export const roomOwnerBody = z.strictObject({ user: z.string().regex(/^U[A-Z0-9]{1,40}$/) });
export const userIdParams = z.object({ user: z.string().regex(/^U[A-Z0-9]{1,40}$/) });
export const adminRoomParams = z.object({ room: z.string().regex(/^R[A-Z0-9]{1,40}$/) });

export const adminQuery = z.strictObject({
  q: shortText(limits.searchLength).optional(),
  cursor: z.string().min(1).max(200).optional(),
  limit: pageLimit(limits.adminPageMax).optional(),
});

export const storageQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,15}-U[A-Z0-9]{1,40}$/)
    .optional(),
  limit: pageLimit(limits.adminPageMax).optional(),
});

export const auditQuery = z.strictObject({
  act: z.enum(auditActs).optional(),
  user: z.string().min(1).max(limits.usernameMax).optional(),
  before: cursorNumber(1).optional(),
  limit: pageLimit(limits.adminPageMax).optional(),
});

export const userRecordSchema = z
  .object({ ...userSchema.shape, email: z.string().nullable(), sessions: z.int(), lastSeenAt: timestamp.optional() })
  .meta({ id: "UserRecord" }) satisfies z.ZodType<model.UserRecord>;

export const userRecordsSchema = z
  .object({ users: z.array(userRecordSchema).readonly(), cursor: z.string().nullable() })
  .meta({ id: "UserRecordPage" });

/** The link is how the new user chooses a password. */
export const createdUserSchema = z.object({ user: userSchema, link: resetLinkSchema }).meta({ id: "CreatedUser" });

export const roomRecordSchema = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    kind: z.enum(["public", "private", "direct"]),
    createdAt: timestamp,
    memberCount: z.int(),
    messageCount: z.int(),
    lastMessageAt: timestamp.optional(),
    isDefault: z.boolean(),
    archivedAt: timestamp.optional(),
    owner: authorSchema.optional(),
  })
  .meta({ id: "RoomRecord" }) satisfies z.ZodType<model.RoomRecord>;

export const roomRecordsSchema = z
  .object({ rooms: z.array(roomRecordSchema).readonly(), cursor: z.string().nullable() })
  .meta({ id: "RoomRecordPage" });

export const inviteListingSchema = z
  .object({
    code: z.string(),
    room: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
    createdBy: authorSchema,
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    maxUses: z.int().nullable(),
    uses: z.int(),
  })
  .meta({ id: "InviteListing" }) satisfies z.ZodType<model.InviteListing>;

export const inviteListingsSchema = z
  .object({ invites: z.array(inviteListingSchema).readonly(), cursor: z.string().nullable() })
  .meta({ id: "InviteListingPage" });

export const auditEntrySchema = z
  .object({
    id: z.int(),
    at: timestamp,
    act: z.enum(auditActs),
    actor: authorSchema.optional(),
    target: z.object({ kind: z.enum(["user", "room", "workspace"]), id: z.string(), name: z.string() }).optional(),
    detail: z.string().optional(),
    address: z.string().optional(),
  })
  .meta({ id: "AuditEntry" }) satisfies z.ZodType<AuditEntry>;

export const auditSchema = z
  .object({ entries: z.array(auditEntrySchema).readonly(), before: z.int().nullable() })
  .meta({ id: "AuditPage" });

const storedFiles = z.object({ count: z.int(), bytes: z.int() });
export const overviewSchema = z
  .object({
    version: z.string(),
    epoch: z.string(),
    startedAt: timestamp,
    users: z.object({ active: z.int(), deactivated: z.int(), signedIn: z.int() }),
    rooms: z.object({ public: z.int(), private: z.int() }),
    messages: z.int(),
    databaseBytes: z.int(),
    here: z.object({ people: z.int(), connections: z.int() }),
    storage: z.object({
      files: z.object({ attachment: storedFiles, avatar: storedFiles, picture: storedFiles }),
      freeBytes: z.int().nullable(),
      fileBytes: z.int(),
      userBytes: z.int(),
      workspaceBytes: z.int(),
    }),
    backup: z.object({
      plan: z.object({ everyMs: z.int(), keep: z.int() }).nullable(),
      last: z.object({ at: timestamp, bytes: z.int(), missing: z.int(), problem: z.string().optional() }).nullable(),
    }),
    settings: z.object({
      signUp: z.enum(["open", "invite", "closed"]),
      fileStore: z.enum(["folder", "s3", "cloudinary"]),
      mail: z.boolean(),
      publicUrl: z.url().nullable(),
    }),
  })
  .meta({ id: "Overview" }) satisfies z.ZodType<model.Overview>;

export const storageRecordSchema = z
  .object({ user: authorSchema, bytes: z.int() })
  .meta({ id: "StorageRecord" }) satisfies z.ZodType<model.StorageRecord>;

export const storageRecordsSchema = z
  .object({ users: z.array(storageRecordSchema).readonly(), cursor: z.string().nullable() })
  .meta({ id: "StorageRecordPage" });

export type UserRecordPage = z.output<typeof userRecordsSchema>;
export type RoomRecordPage = z.output<typeof roomRecordsSchema>;
export type InviteListingPage = z.output<typeof inviteListingsSchema>;
export type AuditPage = z.output<typeof auditSchema>;
export type StorageRecordPage = z.output<typeof storageRecordsSchema>;
export type CreatedUser = z.output<typeof createdUserSchema>;
