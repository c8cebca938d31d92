import { limits } from "@parley/protocol/limits";
import type {
  Attachment,
  Author,
  FileId,
  Level,
  Membership,
  Message,
  NotifyLevel,
  Place,
  Reaction,
  Role,
  Room,
  RoomKind,
  RoomRole,
  Session,
  SignUpPolicy,
  Timestamp,
  User,
  Workspace,
} from "@parley/protocol/model";
import type { Account } from "../accounts.ts";
import type { InviteRecord } from "../rooms.ts";
import type { Defaults } from "./verb.ts";

/**
 * What the tables hold, and how it looks on the wire. Each noun has its row, the columns that make one up, and the
 * function that turns it into the thing that callers know. Columns carry their table's name, so that they can be joined.
 */

export interface WorkspaceRow {
  readonly name: string;
  readonly sign_up: SignUpPolicy | null;
  readonly picture: FileId | null;
  readonly epoch: string;
  readonly head: number;
  readonly seq: number;
  readonly user_count: number;
}

export const workspaceColumns = "name, sign_up, picture, epoch, head, seq, user_count";

export function toWorkspace(row: WorkspaceRow, defaults: Defaults): Workspace {
  return {
    name: row.name,
    signUp: row.sign_up ?? defaults.signUp,
    firstRun: row.user_count === 0,
    ...(row.picture !== null && { picture: row.picture }),
  };
}

export interface AuthorRow {
  readonly user_id: string;
  readonly username: string;
  readonly display_name: string;
  readonly avatar: FileId | null;
}

export const authorColumns = "users.id AS user_id, users.username, users.display_name, users.avatar";

export function toAuthor(row: AuthorRow): Author {
  return {
    id: row.user_id,
    username: row.username,
    displayName: row.display_name,
    ...(row.avatar !== null && { avatar: row.avatar }),
  };
}

export interface UserRow extends AuthorRow {
  readonly status: string | null;
  readonly email: string | null;
  readonly email_verified: number;
  readonly pending_email: string | null;
  readonly user_kind: "person" | "bot";
  readonly user_role: Role;
  readonly password_hash: string;
  readonly user_created_at: number;
  readonly deactivated_at: number | null;
  readonly user_seq: number;
  readonly shares_receipts: number;
}

export const userColumns = `${authorColumns}, users.status, users.email, users.email_verified, users.pending_email, users.kind AS user_kind, \
users.role AS user_role, users.password_hash, users.created_at AS user_created_at, users.deactivated_at, \
users.seq AS user_seq, users.shares_receipts`;

/** A user as everyone sees them. */
export function toUser(row: UserRow): User {
  return {
    ...toAuthor(row),
    kind: row.user_kind,
    role: row.user_role,
    createdAt: toTimestamp(row.user_created_at),
    ...(row.status !== null && { status: row.status }),
    ...(row.deactivated_at !== null && { deactivatedAt: toTimestamp(row.deactivated_at) }),
  };
}

/** A user as they see themself. */
export const toOwnUser = (row: UserRow): User => ({
  ...toUser(row),
  email: row.email,
  emailVerified: row.email_verified === 1,
  ...(row.pending_email !== null && { pendingEmail: row.pending_email }),
  sharesReceipts: row.shares_receipts === 1,
});

export function toAccount(row: UserRow): Account {
  return {
    ...toOwnUser(row),
    email: row.email,
    emailVerified: row.email_verified === 1,
    passwordHash: row.password_hash,
  };
}

export interface SessionRow {
  readonly session_id: string;
  readonly session_created_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number;
  readonly revoked_at: number | null;
  readonly user_agent: string;
  readonly address: string;
}

export const sessionColumns = `sessions.id AS session_id, sessions.created_at AS session_created_at, \
sessions.last_seen_at, sessions.expires_at, sessions.revoked_at, sessions.user_agent, sessions.address`;

export function toSession(row: SessionRow): Session {
  return {
    id: row.session_id,
    createdAt: toTimestamp(row.session_created_at),
    lastSeenAt: toTimestamp(row.last_seen_at),
    expiresAt: toTimestamp(row.expires_at),
    userAgent: row.user_agent,
    address: row.address,
    ...(row.revoked_at !== null && { revokedAt: toTimestamp(row.revoked_at) }),
  };
}

export interface RoomRow {
  readonly room_id: string;
  readonly slug: string;
  readonly room_name: string;
  readonly description: string;
  readonly room_kind: RoomKind;
  readonly created_by: string;
  readonly room_created_at: number;
  readonly deleted_at: number | null;
  readonly archived_at: number | null;
  readonly is_default: number;
  readonly room_head: number;
  readonly room_seq: number;
  readonly last_message_id: number;
  readonly last_message_at: number | null;
  readonly member_count: number;
}

/** As the wire knows it: a direct room is kept as a private one with a key. */
export const roomKind = "CASE WHEN rooms.direct_key IS NULL THEN rooms.kind ELSE 'direct' END";

export const roomColumns = `rooms.id AS room_id, rooms.slug, rooms.name AS room_name, rooms.description, \
${roomKind} AS room_kind, rooms.created_by, rooms.created_at AS room_created_at, rooms.deleted_at, rooms.archived_at, rooms.is_default, \
rooms.head AS room_head, rooms.seq AS room_seq, rooms.last_message_id, rooms.last_message_at, rooms.member_count`;

/** `users` are the people of a direct room, and of no other. */
export function toRoom(row: RoomRow, users?: readonly Author[]): Room {
  return {
    id: row.room_id,
    slug: row.slug,
    name: row.room_name,
    description: row.description,
    kind: row.room_kind,
    createdBy: row.created_by,
    createdAt: toTimestamp(row.room_created_at),
    memberCount: row.member_count,
    lastMessageId: row.last_message_id,
    ...(row.last_message_at !== null && { lastMessageAt: toTimestamp(row.last_message_at) }),
    ...(row.archived_at !== null && { archivedAt: toTimestamp(row.archived_at) }),
    ...(users && { users }),
  };
}

/** A member's own place in a room, where `places`, `rooms` and `receipts` are joined. */
export interface PlaceRow {
  readonly place_role: RoomRole;
  readonly place_joined_at: number;
  readonly notify_level: NotifyLevel | null;
  readonly hidden_up_to: number | null;
  readonly place_room_kind: RoomKind;
  readonly receipt: number;
  readonly unread: number;
  readonly mentions: number;
}

/**
 * So many messages are looked at for what is unread, so that a place costs the same however long one was away, and whatever
 * one has said oneself since.
 */
const countedMessages = 10 * limits.unreadCount;

export const placeColumns = `places.role AS place_role, places.joined_at AS place_joined_at, places.notify_level, places.hidden_up_to, \
${roomKind} AS place_room_kind, receipts.up_to AS receipt, \
(SELECT count(*) FROM (SELECT 1 FROM (SELECT messages.author_id FROM messages \
WHERE messages.room_id = receipts.room_id AND messages.id > receipts.up_to AND messages.deleted_at IS NULL \
ORDER BY messages.id LIMIT ${countedMessages}) AS later \
WHERE later.author_id <> receipts.user_id LIMIT ${limits.unreadCount}) AS unread) AS unread, \
(SELECT count(*) FROM (SELECT DISTINCT later.message_id FROM (SELECT mentions.message_id, mentions.author_id FROM mentions \
WHERE mentions.room_id = receipts.room_id AND mentions.target IN (receipts.user_id, 'all', 'here') \
AND mentions.message_id > receipts.up_to LIMIT ${countedMessages}) AS later \
WHERE later.author_id <> receipts.user_id LIMIT ${limits.unreadCount}) AS mentioned) AS mentions`;

export function toPlace(row: PlaceRow): Place {
  return {
    role: row.place_role,
    joinedAt: toTimestamp(row.place_joined_at),
    notifyLevel: toNotifyLevel(row.place_room_kind, row.notify_level),
    receipt: row.receipt,
    unread: row.unread,
    mentions: row.mentions,
    ...toHiding(row),
  };
}

/** Where someone has chosen none, direct rooms call with every message, the others when one is mentioned. */
export const toNotifyLevel = (kind: RoomKind, chosen: NotifyLevel | null): NotifyLevel =>
  chosen ?? (kind === "direct" ? "all" : "mentions");

const toHiding = ({ hidden_up_to: hiddenUpTo }: { readonly hidden_up_to: number | null }) =>
  hiddenUpTo === null ? {} : { hiddenUpTo };

export interface LevelRow {
  readonly room_id: string;
  readonly notify_level: NotifyLevel | null;
  readonly hidden_up_to: number | null;
  readonly kind: RoomKind;
}

export const toLevel = (row: LevelRow): Level => ({
  room: row.room_id,
  notifyLevel: toNotifyLevel(row.kind, row.notify_level),
  ...toHiding(row),
});

export interface MembershipRow extends AuthorRow {
  readonly membership_room_id: string;
  readonly membership_role: RoomRole;
  readonly joined_at: number;
  readonly left_at: number | null;
  readonly removed_seq: number | null;
}

export const membershipColumns = `${authorColumns}, memberships.room_id AS membership_room_id, \
memberships.role AS membership_role, memberships.joined_at, memberships.left_at, memberships.removed_seq`;

export function toMembership(row: MembershipRow): Membership {
  return {
    room: row.membership_room_id,
    user: toAuthor(row),
    role: row.membership_role,
    joinedAt: toTimestamp(row.joined_at),
    ...(row.left_at !== null && { leftAt: toTimestamp(row.left_at) }),
    ...(row.removed_seq !== null && { removed: true }),
  };
}

export interface InviteRow {
  readonly code: string;
  readonly invite_room_id: string;
  readonly invite_room_head: number;
  readonly invited_by: string;
  readonly invite_created_at: number;
  readonly invite_expires_at: number | null;
  readonly max_uses: number | null;
  readonly uses: number;
}

export const inviteColumns = `invites.code, invites.room_id AS invite_room_id, invites.room_head AS invite_room_head, invites.created_by AS invited_by, \
invites.created_at AS invite_created_at, invites.expires_at AS invite_expires_at, invites.max_uses, invites.uses`;

export function toInvite(row: InviteRow): InviteRecord {
  return {
    code: row.code,
    room: row.invite_room_id,
    createdBy: row.invited_by,
    createdAt: row.invite_created_at,
    expiresAt: row.invite_expires_at,
    maxUses: row.max_uses,
    uses: row.uses,
  };
}

export interface MessageRow extends AuthorRow {
  readonly message_id: number;
  readonly message_room_id: string;
  readonly message_seq: number;
  readonly client_message_id: string | null;
  readonly content: string;
  readonly reply_to: number | null;
  readonly message_created_at: number;
  readonly edited_at: number | null;
  readonly message_deleted_at: number | null;
  readonly message_reactions: string | null;
  readonly message_attachments: string | null;
  readonly message_mentions: string | null;
}

export const messageColumns = `${authorColumns}, messages.id AS message_id, messages.room_id AS message_room_id, \
messages.seq AS message_seq, messages.client_message_id, messages.content, messages.reply_to, \
messages.created_at AS message_created_at, messages.edited_at, messages.deleted_at AS message_deleted_at, \
messages.reactions AS message_reactions, messages.attachments AS message_attachments, \
messages.mentions AS message_mentions`;

export function toMessage(row: MessageRow): Message {
  return {
    id: row.message_id,
    room: row.message_room_id,
    seq: row.message_seq,
    author: toAuthor(row),
    content: row.content,
    createdAt: toTimestamp(row.message_created_at),
    ...(row.client_message_id !== null && { clientMessageId: row.client_message_id }),
    ...(row.reply_to !== null && { replyTo: row.reply_to }),
    ...(row.edited_at !== null && { editedAt: toTimestamp(row.edited_at) }),
    ...(row.message_deleted_at !== null && { deletedAt: toTimestamp(row.message_deleted_at) }),
    ...(row.message_mentions !== null && { mentions: JSON.parse(row.message_mentions) as readonly string[] }),
    ...(row.message_reactions !== null && { reactions: JSON.parse(row.message_reactions) as readonly Reaction[] }),
    ...(row.message_attachments !== null && {
      attachments: JSON.parse(row.message_attachments) as readonly Attachment[],
    }),
  };
}

export interface FileRow {
  readonly file_id: FileId;
  readonly file_state: "receiving" | "pending" | "kept" | "removed";
  readonly file_user_id: string;
  readonly file_room_id: string | null;
  readonly file_name: string;
  readonly file_type: string;
  readonly file_bytes: number;
  readonly file_width: number | null;
  readonly file_height: number | null;
}

export const fileColumns = `files.id AS file_id, files.state AS file_state, files.user_id AS file_user_id, \
files.room_id AS file_room_id, files.name AS file_name, files.type AS file_type, files.bytes AS file_bytes, \
files.width AS file_width, files.height AS file_height`;

export function toAttachment(row: FileRow): Attachment {
  return {
    id: row.file_id,
    name: row.file_name,
    type: row.file_type,
    bytes: row.file_bytes,
    ...(row.file_width !== null && row.file_height !== null && { width: row.file_width, height: row.file_height }),
  };
}

/** Milliseconds since 1970 as they cross the wire. */
export const toTimestamp = (at: number): Timestamp => new Date(at).toISOString();
