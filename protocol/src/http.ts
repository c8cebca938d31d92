import { z } from "zod";
import {
  attachments,
  clientMessageId,
  content,
  emoji,
  fileId,
  messageId,
  positions,
  receiptId,
  roomReference,
} from "./commands.ts";
import { errorCodes } from "./errors.ts";
import { limits } from "./limits.ts";
import * as model from "./model.ts";
import { name, shortText } from "./text.ts";

/** Bodies, parameters and answers of the HTTP routes. What validates them also describes them in OpenAPI. */

// Requests

/** A command as the socket takes it: the schema of its type judges it. */
export const commandBody = z.looseObject({ type: z.string() });
export const resumeBody = z.strictObject({ epoch: z.string().max(64).optional(), topics: positions });
/** An event's id, for who cannot send `Last-Event-ID`. */
export const eventsQuery = z.strictObject({ positions: z.string().max(16_384).optional() });

export const username = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "may have letters a–z, digits, dot, dash and underscore")
  .min(limits.usernameMin)
  .max(limits.usernameMax);

export const password = z
  .string()
  .refine((value) => value.isWellFormed(), "has broken Unicode")
  .refine(
    (value) => new TextEncoder().encode(value).length <= limits.passwordMaxBytes,
    `is longer than ${limits.passwordMaxBytes} bytes`,
  );

export const email = z
  .string()
  .trim()
  .max(limits.emailLength)
  .regex(
    /^[^\s@"<>()\\,;:\p{C}]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/u,
  )
  .transform((value) => value.toLowerCase());

export const slug = z
  .string()
  .max(limits.slugLength)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "may have a–z, digits and single dashes");

const displayName = name(limits.displayNameLength);
const inviteCode = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const roomName = name(limits.roomNameLength);
const description = shortText(limits.descriptionLength);
/** What a room can be made or changed to; a direct room is neither made nor changed so. */
const roomKind = z.enum(["public", "private"]);

export const signUpBody = z.strictObject({
  username,
  password,
  email: email.nullish(),
  displayName: displayName.optional(),
  invite: inviteCode.optional(),
});
export const signInBody = z.strictObject({ login: z.string().min(1).max(limits.emailLength), password });
export const meBody = z.strictObject({
  displayName: displayName.optional(),
  /** Null takes it away. */
  status: name(limits.statusLength).nullable().optional(),
  email: email.nullable().optional(),
  sharesReceipts: z.boolean().optional(),
});
export const workspaceBody = z.strictObject({
  name: name(limits.workspaceNameLength).optional(),
  signUp: z.enum(["open", "invite", "closed"]).optional(),
});
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
export const inviteBody = z.strictObject({
  expiresAt: z.iso.datetime({ offset: true }).nullish(),
  maxUses: z.int().min(1).max(limits.inviteMaxUses).nullish(),
});
export const sendMessageBody = z.strictObject({
  content,
  clientMessageId: clientMessageId.optional(),
  replyTo: messageId.optional(),
  attachments: attachments.optional(),
});
export const receiptBody = z.strictObject({ upTo: receiptId, unread: z.boolean().optional() });
const notifyLevel = z.enum(["all", "mentions", "none"]);
export const placeBody = z.strictObject({ notifyLevel });
export const editMessageBody = z.strictObject({ content });

export const roomParams = z.object({ room: roomReference });
export const memberParams = z.object({ room: roomReference, user: z.string().min(1).max(limits.usernameMax) });
export const messageParams = z.object({
  room: roomReference,
  id: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .refine(Number.isSafeInteger),
});
/** A user's id or user name. */
export const userParams = z.object({ user: z.string().min(1).max(limits.usernameMax) });
export const reactionParams = messageParams.extend({ emoji });
export const fileParams = z.object({ id: fileId });
/** As its sender calls it; the server makes a harmless name of it. */
export const uploadQuery = z.strictObject({ name: z.string().min(1).max(8192) });
export const inviteParams = z.object({ code: inviteCode });
export const sessionParams = z.object({ id: z.string().regex(/^S[A-Z0-9]{1,40}$/) });

const cursorNumber = (min: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, "is not a number")
    .transform(Number)
    .refine((value) => Number.isSafeInteger(value) && value >= min, `is not a number from ${min} up`);
const pageLimit = (max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, "is not a number")
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, `is not a number from 1 to ${max}`);

/** At most one of the three cursors; `after` and `before` are exclusive. */
export const historyQuery = z
  .strictObject({
    before: cursorNumber(1).optional(),
    after: cursorNumber(0).optional(),
    around: cursorNumber(1).optional(),
    limit: pageLimit(limits.pageMax).optional(),
  })
  .refine(
    ({ before, after, around }) => [before, after, around].filter((cursor) => cursor !== undefined).length <= 1,
    "has more than one of before, after and around",
  );
export const changesQuery = z.strictObject({ since: cursorNumber(0) });
export const membersQuery = z.strictObject({
  cursor: z.string().min(1).max(200).optional(),
  limit: pageLimit(limits.memberPageMax).optional(),
});
export const peopleQuery = z.strictObject({
  q: shortText(limits.peopleQueryLength).optional(),
  cursor: z.string().min(1).max(1000).optional(),
  limit: pageLimit(limits.peoplePageMax).optional(),
});
export const searchQuery = z.strictObject({
  q: z.string().max(10_000),
  room: roomReference.optional(),
  cursor: z
    .string()
    .regex(/^[1-9a-z][0-9a-z]{0,10}$/)
    .optional(),
});
export const pollingQuery = z.strictObject({ after: cursorNumber(0).optional() });
/** A form of a polling client may carry fields of its own, such as a token against forgery. */
export const pollingForm = z.object({ content: content.default("") });

const base64url = (length: number) => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${length}}={0,2}$`));
/** As a browser's `PushSubscription` tells it; `preview`: whether it may be told the words of messages. */
export const pushBody = z.strictObject({
  endpoint: z.url().max(limits.pushEndpointLength),
  keys: z.strictObject({ p256dh: base64url(87), auth: base64url(22) }),
  preview: z.boolean().default(true),
});

// Answers

const timestamp = z.iso.datetime({ precision: 3 });

export const authorSchema = z
  .object({ id: z.string(), username: z.string(), displayName: z.string(), avatar: fileId.optional() })
  .meta({ id: "Author" });

export const userSchema = z
  .object({
    id: z.string(),
    username: z.string(),
    displayName: z.string(),
    avatar: fileId.optional(),
    kind: z.enum(["person", "bot"]),
    role: z.enum(["owner", "admin", "member"]),
    createdAt: timestamp,
    status: z.string().optional(),
    deactivatedAt: timestamp.optional(),
    sharesReceipts: z.boolean().optional(),
    email: z.string().nullable().optional(),
  })
  .meta({ id: "User" }) satisfies z.ZodType<model.User>;

export const placeSchema = z
  .object({
    role: z.enum(["owner", "admin", "member"]),
    joinedAt: timestamp,
    notifyLevel,
    receipt: z.int().min(0),
    unread: z.int().min(0).max(limits.unreadCount),
    mentions: z.int().min(0).max(limits.unreadCount),
  })
  .meta({ id: "Place" }) satisfies z.ZodType<model.Place>;

export const receiptSchema = z
  .object({ room: z.string(), user: z.string(), upTo: z.int().min(0) })
  .meta({ id: "Receipt" }) satisfies z.ZodType<model.Receipt>;

export const levelSchema = z
  .object({ room: z.string(), notifyLevel })
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

export const reactionSchema = z
  .object({ emoji: z.string(), users: z.array(z.string()).readonly(), count: z.int().min(1) })
  .meta({ id: "Reaction" }) satisfies z.ZodType<model.Reaction>;

export const attachmentSchema = z
  .object({
    id: fileId,
    name: z.string(),
    type: z.string(),
    bytes: z.int().min(0),
    width: z.int().min(1).optional(),
    height: z.int().min(1).optional(),
  })
  .meta({ id: "Attachment" }) satisfies z.ZodType<model.Attachment>;

export const messageSchema = z
  .object({
    id: z.int().min(1),
    room: z.string(),
    seq: z.int().min(1),
    author: authorSchema,
    content: z.string(),
    createdAt: timestamp,
    clientMessageId: z.string().optional(),
    replyTo: z.int().min(1).optional(),
    editedAt: timestamp.optional(),
    deletedAt: timestamp.optional(),
    mentions: z.array(z.string()).readonly().optional(),
    reactions: z.array(reactionSchema).readonly().optional(),
    attachments: z.array(attachmentSchema).readonly().optional(),
  })
  .meta({ id: "Message" }) satisfies z.ZodType<model.Message>;

export const sessionSchema = z
  .object({
    id: z.string(),
    createdAt: timestamp,
    lastSeenAt: timestamp,
    expiresAt: timestamp,
    userAgent: z.string(),
    address: z.string(),
    current: z.boolean().optional(),
    revokedAt: timestamp.optional(),
  })
  .meta({ id: "Session" }) satisfies z.ZodType<model.Session>;

export const inviteSchema = z
  .object({
    code: z.string(),
    url: z.url(),
    room: z.string(),
    createdBy: z.string(),
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    maxUses: z.int().nullable(),
    uses: z.int(),
  })
  .meta({ id: "Invite" }) satisfies z.ZodType<model.Invite>;

export const invitePreviewSchema = z
  .object({
    code: z.string(),
    workspace: z.string(),
    room: z.object({
      id: z.string(),
      slug: z.string(),
      name: z.string(),
      description: z.string(),
      memberCount: z.int(),
    }),
    invitedBy: z.string(),
    joined: z.boolean(),
  })
  .meta({ id: "InvitePreview" }) satisfies z.ZodType<model.InvitePreview>;

export const workspaceSchema = z
  .object({
    name: z.string(),
    signUp: z.enum(["open", "invite", "closed"]),
    firstRun: z.boolean(),
    picture: z.string().optional(),
  })
  .meta({ id: "Workspace" }) satisfies z.ZodType<model.Workspace>;

/** `user` is null when nobody is signed in; `mail` is there when this server can mail a reset link. */
export const startSchema = z
  .object({ workspace: workspaceSchema, user: userSchema.nullable(), mail: z.literal(true).optional() })
  .meta({ id: "Start" });

const seq = z.int().min(0);
const topic = z.string();

export const changesSchema = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("delta"),
      topic,
      from: seq,
      to: seq,
      messages: z.array(messageSchema).readonly().optional(),
      rooms: z
        .array(z.union([roomSchema, goneRoomSchema]))
        .readonly()
        .optional(),
      memberships: z.array(membershipSchema).readonly().optional(),
      users: z.array(userSchema).readonly().optional(),
      sessions: z.array(sessionSchema).readonly().optional(),
      receipts: z.array(receiptSchema).readonly().optional(),
      levels: z.array(levelSchema).readonly().optional(),
      workspace: workspaceSchema.optional(),
    }),
    z.object({ type: z.literal("reset"), topic, head: seq }),
  ])
  .meta({ id: "Changes" });

/** `head` is the room topic's seq at the moment of reading: the position from which deltas continue this page. */
export const messagesSchema = z
  .object({ messages: z.array(messageSchema).readonly(), head: seq, epoch: z.string() })
  .meta({ id: "MessagePage" });

/** `heads` holds the positions of the requester's own topic and of the workspace. */
export const roomsSchema = z
  .object({ rooms: z.array(roomSchema).readonly(), heads: z.record(topic, seq), epoch: z.string() })
  .meta({ id: "RoomList" });
/** `highlights` are ranges of the message's content in UTF-16 code units, in order and apart. */
export const searchSchema = z
  .object({
    results: z
      .array(
        z.object({
          message: messageSchema,
          room: roomSchema,
          highlights: z.array(z.object({ start: z.int().min(0), end: z.int().min(1) })).readonly(),
        }),
      )
      .readonly(),
    cursor: z.string().nullable(),
  })
  .meta({ id: "SearchPage" });
export const membersSchema = z
  .object({ members: z.array(membershipSchema).readonly(), cursor: z.string().nullable() })
  .meta({ id: "MemberPage" });
export const peopleSchema = z
  .object({ users: z.array(userSchema).readonly(), cursor: z.string().nullable() })
  .meta({ id: "PeoplePage" });
/** Of a room with more than `limits.receiptMembers` members, none. */
export const receiptsSchema = z.object({ receipts: z.array(receiptSchema).readonly() }).meta({ id: "ReceiptList" });
export const readersSchema = z.object({ readers: z.array(authorSchema).readonly() }).meta({ id: "ReaderList" });
export const invitesSchema = z.object({ invites: z.array(inviteSchema).readonly() }).meta({ id: "InviteList" });
export const sessionsSchema = z.object({ sessions: z.array(sessionSchema).readonly() }).meta({ id: "SessionList" });
export const healthSchema = z.object({ status: z.string(), version: z.string() }).meta({ id: "Health" });

/** With what the command answers: the message that it sent or changed, for one. */
export const ackSchema = z
  .object({ type: z.literal("ack"), ref: z.int().nullable(), message: messageSchema.optional() })
  .meta({ id: "Ack" });
export const resumedSchema = z
  .object({
    frames: z.array(changesSchema).readonly(),
    gone: z.array(topic).readonly(),
    heads: z.record(topic, seq),
    epoch: z.string(),
  })
  .meta({ id: "Resumed" });
export const pushSchema = z
  .object({ publicKey: z.string(), subscribed: z.boolean(), preview: z.boolean() })
  .meta({ id: "Push" });
export const pushTestSchema = z.object({ outcome: z.enum(["sent", "gone", "failed"]) }).meta({ id: "PushTest" });

/** Why a message called its reader, or did not. `outcome` tells what became of a push that was due. */
export const notificationSchema = z
  .object({
    alerts: z.boolean(),
    reason: z.enum(["own", "deleted", "muted", "read", "mentioned", "direct", "all", "not_mentioned"]),
    outcome: z.enum(["pushed", "failed", "read"]).optional(),
    decidedAt: timestamp.optional(),
    devices: z.int().min(0),
  })
  .meta({ id: "Notification" });

/** A message as polling clients know it; `date` is the time of day in UTC. */
export const pollingMessageSchema = z
  .object({
    id: z.int().min(1),
    content: z.string(),
    username: z.string(),
    date: z.string().regex(/^\d\d:\d\d:\d\d$/),
  })
  .meta({ id: "PollingMessage" });
export const pollingMessagesSchema = z
  .object({ messages: z.array(pollingMessageSchema).readonly() })
  .meta({ id: "PollingMessages" });
export const pollingEmptySchema = z.object({ error: z.literal("empty") }).meta({ id: "PollingEmpty" });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(errorCodes as [string, ...string[]]),
    retryAfterMs: z.int().optional(),
  })
  .meta({ id: "Problem" });

export type Push = z.output<typeof pushSchema>;
export type PushTest = z.output<typeof pushTestSchema>;
export type Notification = z.output<typeof notificationSchema>;
export type PollingMessage = z.output<typeof pollingMessageSchema>;
export type Resumed = z.output<typeof resumedSchema>;
export type Start = z.output<typeof startSchema>;
export type MessagePage = z.output<typeof messagesSchema>;
export type RoomList = z.output<typeof roomsSchema>;
export type MemberPage = z.output<typeof membersSchema>;
export type PeoplePage = z.output<typeof peopleSchema>;
export type SearchPage = z.output<typeof searchSchema>;
export type ReceiptList = z.output<typeof receiptsSchema>;
export type ReaderList = z.output<typeof readersSchema>;
export type InviteList = z.output<typeof invitesSchema>;
export type SessionList = z.output<typeof sessionsSchema>;

// Passwords and the admin area

export const passwordBody = z.strictObject({ current: password, new: password });
const resetToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
export const resetBody = z.strictObject({ token: resetToken, password });
export const resetRequestBody = z.strictObject({ login: z.string().min(1).max(limits.emailLength) });
export const resetPreviewBody = z.strictObject({ token: resetToken });
export const resetPreviewSchema = z.object({ username: z.string() }).meta({ id: "ResetPreview" });
export const resetLinkSchema = z
  .object({ url: z.url(), expiresAt: timestamp })
  .meta({ id: "ResetLink" }) satisfies z.ZodType<model.ResetLink>;

const role = z.enum(["owner", "admin", "member"]);
export const createUserBody = z.strictObject({
  username,
  displayName: displayName.optional(),
  email: email.nullish(),
  role: role.default("member"),
});
export const roleBody = z.strictObject({ role });
export const roomOwnerBody = z.strictObject({ user: z.string().regex(/^U[A-Z0-9]{1,40}$/) });
export const userIdParams = z.object({ user: z.string().regex(/^U[A-Z0-9]{1,40}$/) });
export const adminRoomParams = z.object({ room: z.string().regex(/^R[A-Z0-9]{1,40}$/) });
export const adminQuery = z.strictObject({
  q: shortText(limits.searchLength).optional(),
  cursor: z.string().min(1).max(200).optional(),
  limit: pageLimit(limits.adminPageMax).optional(),
});
export const auditQuery = z.strictObject({
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
    act: z.enum(model.auditActs),
    actor: authorSchema.optional(),
    target: z.object({ kind: z.enum(["user", "room", "workspace"]), id: z.string(), name: z.string() }).optional(),
    detail: z.string().optional(),
    address: z.string().optional(),
  })
  .meta({ id: "AuditEntry" }) satisfies z.ZodType<model.AuditEntry>;
export const auditSchema = z
  .object({ entries: z.array(auditEntrySchema).readonly(), before: z.int().nullable() })
  .meta({ id: "AuditPage" });
export const overviewSchema = z
  .object({
    version: z.string(),
    epoch: z.string(),
    startedAt: timestamp,
    users: z.object({ active: z.int(), deactivated: z.int(), signedIn: z.int() }),
    rooms: z.object({ public: z.int(), private: z.int() }),
    messages: z.int(),
    databaseBytes: z.int(),
  })
  .meta({ id: "Overview" }) satisfies z.ZodType<model.Overview>;

export type UserRecordPage = z.output<typeof userRecordsSchema>;
export type RoomRecordPage = z.output<typeof roomRecordsSchema>;
export type InviteListingPage = z.output<typeof inviteListingsSchema>;
export type AuditPage = z.output<typeof auditSchema>;
export type CreatedUser = z.output<typeof createdUserSchema>;
