import { z } from "zod";
import { receiptId, roomReference } from "../commands.ts";
import { limits } from "../limits.ts";
import type * as model from "../model.ts";
import { name, shortText } from "../text.ts";
import { authorSchema } from "./accounts.ts";
import { pageLimit, seq, timestamp, topic } from "./fields.ts";

/** Rooms, and who is in them. */

export const slug = z
  .string()
  .max(limits.slugLength)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "may have a–z, digits and single dashes");

const roomName = name(limits.roomNameLength);
const description = shortText(limits.descriptionLength);

/** What a room can be made or changed to; a direct room is neither made nor changed so. */
const roomKind = z.enum(["public", "private"]);

export const createRoomBody = z.strictObject({
  name: roomName,
  kind: roomKind.default("public"),
  slug: slug.optional(),
  description: description.default(""),
});

export const editRoomBody = z.strictObject({
  name: roomName.optional(),
  description: description.optional(),
  slug: slug.optional(),
  kind: roomKind.optional(),
  archived: z.boolean().optional(),
});

export const memberBody = z.strictObject({ role: z.enum(["owner", "admin", "member"]) });

/** Ids or user names. */
export const directRoomBody = z.strictObject({
  users: z.array(z.string().min(1).max(limits.usernameMax)).min(1).max(limits.directRoomUsers),
});

const notifyLevel = z.enum(["all", "mentions", "none"]);
/** `hiddenUpTo` puts a direct room away, null takes it out again. */
export const placeBody = z
  .strictObject({ notifyLevel: notifyLevel.optional(), hiddenUpTo: receiptId.nullable().optional() })
  .refine((choice) => Object.keys(choice).length > 0, "chooses nothing");

export const roomParams = z.object({ room: roomReference });
export const memberParams = z.object({ room: roomReference, user: z.string().min(1).max(limits.usernameMax) });

export const membersQuery = z.strictObject({
  q: shortText(limits.peopleQueryLength).optional(),
  cursor: z.string().min(1).max(200).optional(),
  limit: pageLimit(limits.memberPageMax).optional(),
});

export const placeSchema = z
  .object({
    role: z.enum(["owner", "admin", "member"]),
    joinedAt: timestamp,
    notifyLevel,
    receipt: z.int().min(0),
    unread: z.int().min(0).max(limits.unreadCount),
    mentions: z.int().min(0).max(limits.unreadCount),
    hiddenUpTo: z.int().min(0).optional(),
  })
  .meta({ id: "Place" }) satisfies z.ZodType<model.Place>;

export const levelSchema = z
  .object({ room: z.string(), notifyLevel, hiddenUpTo: z.int().min(0).optional() })
  .meta({ id: "Level" }) satisfies z.ZodType<model.Level>;

export const roomSchema = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    kind: z.enum(["public", "private", "direct"]),
    createdBy: z.string(),
    createdAt: timestamp,
    memberCount: z.int(),
    lastMessageId: z.int(),
    lastMessageAt: timestamp.optional(),
    archivedAt: timestamp.optional(),
    users: z.array(authorSchema).readonly().optional(),
    membership: placeSchema.optional(),
  })
  .meta({ id: "Room" }) satisfies z.ZodType<model.Room>;

export const goneRoomSchema = z
  .object({ id: z.string(), gone: z.literal(true) })
  .meta({ id: "GoneRoom" }) satisfies z.ZodType<model.GoneRoom>;

export const membershipSchema = z
  .object({
    room: z.string(),
    user: authorSchema,
    role: z.enum(["owner", "admin", "member"]),
    joinedAt: timestamp,
    leftAt: timestamp.optional(),
    removed: z.literal(true).optional(),
  })
  .meta({ id: "Membership" }) satisfies z.ZodType<model.Membership>;

/** `heads` holds the positions of the requester's own topic and of the workspace. */
export const roomsSchema = z
  .object({ rooms: z.array(roomSchema).readonly(), heads: z.record(topic, seq), epoch: z.string() })
  .meta({ id: "RoomList" });

export const membersSchema = z
  .object({ members: z.array(membershipSchema).readonly(), cursor: z.string().nullable() })
  .meta({ id: "MemberPage" });

export type RoomList = z.output<typeof roomsSchema>;
export type MemberPage = z.output<typeof membersSchema>;
