import { limits } from "@parley/protocol/limits";
import {
  type Message,
  type MessageId,
  type Role,
  type RoomId,
  type RoomKind,
  type RoomRole,
  roomTopic,
  type UserId,
} from "@parley/protocol/model";
import { looksAfterRoom } from "@parley/protocol/roles";
import type { HistoryCursor, MessagePage } from "../messages.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { attachFiles, detachFiles } from "./files.ts";
import { putMentions, resolveCalls, toMentionsColumn } from "./mentions.ts";
import { type StandingRow, standingColumns } from "./readers.ts";
import { moveReceipt } from "./receipts.ts";
import { type AuthorRow, authorColumns, type MessageRow, messageColumns, roomKind, toMessage } from "./rows.ts";
import { nextRoomSeq } from "./topics.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

/** Messages with their authors, in rooms that exist. */
const fromMessages =
  "FROM messages JOIN users ON users.id = messages.author_id JOIN rooms ON rooms.id = messages.room_id";

export function* findMessage({ roomId, id }: Input<Reads["findMessage"]>): Verb<Message | null> {
  const row = yield* first<MessageRow>(
    `SELECT ${messageColumns} ${fromMessages} WHERE messages.room_id = ? AND messages.id = ? AND rooms.deleted_at IS NULL`,
    roomId,
    id,
  );
  return row ? toMessage(row) : null;
}

export function* findSent({ userId, clientMessageId }: Input<Reads["findSent"]>): Verb<Message | null> {
  const sent = yield* findByKey(userId, clientMessageId);
  return sent && !isGone(sent) ? toSent(sent) : null;
}

export function* listMessages({ roomId, cursor, limit }: Input<Reads["listMessages"]>): Verb<MessagePage> {
  const room = yield* first<{ head: number; last_message_id: number }>(
    "SELECT head, last_message_id FROM rooms WHERE id = ? AND deleted_at IS NULL",
    roomId,
  );
  if (!room) return { messages: [], head: 0 };
  const page = toRange(cursor, limit, room.last_message_id);
  const rows = yield* all<MessageRow>(
    `SELECT ${messageColumns} FROM messages JOIN users ON users.id = messages.author_id
     WHERE messages.room_id = ? AND messages.id BETWEEN ? AND ? ORDER BY messages.id`,
    roomId,
    page.first,
    page.last,
  );
  return { messages: rows.map(toMessage), head: room.head };
}

export function* appendMessage(
  transaction: Transaction,
  input: Input<Writes["appendMessage"]>,
): Verb<Outcome<{ readonly message: Message; readonly created: boolean }, "not_found" | "room_archived" | "invalid">> {
  const { roomId, authorId, content, clientMessageId, replyTo, attachments, at } = input;
  if (clientMessageId !== null) {
    const sent = yield* findByKey(authorId, clientMessageId);
    if (sent) return isGone(sent) ? refuse("not_found") : done({ message: toSent(sent), created: false });
  }
  const author = yield* first<AuthorRow & StandingRow & CallerRow & { replied: number; archived_at: number | null }>(
    `SELECT ${authorColumns}, ${standingColumns}, ${callerColumns("users")}, rooms.archived_at,
       (SELECT count(*) FROM messages WHERE messages.room_id = rooms.id AND messages.id = ?) AS replied
     FROM rooms JOIN memberships ON memberships.room_id = rooms.id JOIN users ON users.id = memberships.user_id
       JOIN receipts ON receipts.room_id = memberships.room_id AND receipts.user_id = memberships.user_id
     WHERE rooms.id = ? AND rooms.deleted_at IS NULL AND memberships.user_id = ? AND memberships.left_at IS NULL
       AND users.deactivated_at IS NULL`,
    limits.receiptMembers,
    replyTo ?? 0,
    roomId,
    authorId,
  );
  if (!author) return refuse("not_found");
  if (author.archived_at !== null) return refuse("room_archived");
  if (replyTo !== null && author.replied === 0) return refuse("invalid");
  const mentions = input.calls.length === 0 ? [] : yield* resolveCalls(roomId, input.calls, mayCallAll(author));
  const room = yield* one<{ id: MessageId; seq: number; at: number }>(
    `UPDATE rooms SET head = head + 1, last_message_id = last_message_id + 1,
       last_message_at = CASE WHEN last_message_at > ? THEN last_message_at ELSE ? END
     WHERE id = ? RETURNING head AS seq, last_message_id AS id, last_message_at AS at`,
    at,
    at,
    roomId,
  );
  const attached = attachments.length > 0 ? yield* attachFiles(attachments, { roomId, id: room.id, authorId }) : null;
  if (attached === undefined) return refuse("invalid");
  yield* all(
    `INSERT INTO messages (room_id, id, seq, author_id, client_message_id, content, reply_to, attachments, created_at,
       mentions) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    roomId,
    room.id,
    room.seq,
    authorId,
    clientMessageId,
    content,
    replyTo,
    attached,
    room.at,
    toMentionsColumn(mentions),
  );
  yield* putMentions({ roomId, id: room.id, authorId }, mentions, null);
  const message = toMessage({
    ...author,
    message_id: room.id,
    message_room_id: roomId,
    message_seq: room.seq,
    client_message_id: clientMessageId,
    content,
    reply_to: replyTo,
    message_created_at: room.at,
    edited_at: null,
    message_deleted_at: null,
    message_reactions: null,
    message_mentions: toMentionsColumn(mentions),
    message_attachments: attached,
  });
  // Who had read everything before has read this too. [RR3]
  const receipt = author.receipt_up_to === room.id - 1 ? { room: roomId, user: authorId, upTo: room.id } : null;
  const isTold = receipt !== null && author.receipt_shared === 1;
  if (receipt) yield* moveReceipt(transaction, receipt, isTold ? room.seq : null);
  transaction.announce(roomTopic(roomId), room.seq, { messages: [message], ...(isTold && { receipts: [receipt] }) });
  return done({ message, created: true });
}

export function* editMessage(
  transaction: Transaction,
  { roomId, id, userId, content, calls, at }: Input<Writes["editMessage"]>,
): Verb<Outcome<Message, "not_found" | "not_allowed" | "message_deleted" | "room_archived">> {
  const before = yield* findAsMember(roomId, id, userId);
  if (!before) return refuse("not_found");
  if (before.user_id !== userId) return refuse("not_allowed");
  if (before.message_deleted_at !== null) return refuse("message_deleted");
  if (before.content === content) return done(toMessage(before));
  if (before.archived_at !== null) return refuse("room_archived");
  const mentions = calls.length === 0 ? [] : yield* resolveCalls(roomId, calls, mayCallAll(before));
  const seq = yield* nextRoomSeq(roomId);
  const editedAt = Math.max(at, before.message_created_at);
  yield* all(
    "UPDATE messages SET content = ?, edited_at = ?, mentions = ?, seq = ? WHERE room_id = ? AND id = ?",
    content,
    editedAt,
    toMentionsColumn(mentions),
    seq,
    roomId,
    id,
  );
  yield* putMentions({ roomId, id, authorId: userId }, mentions, before.message_mentions);
  const message = toMessage({
    ...before,
    content,
    edited_at: editedAt,
    message_mentions: toMentionsColumn(mentions),
    message_seq: seq,
  });
  transaction.announce(roomTopic(roomId), seq, { messages: [message] });
  return done(message);
}

export function* removeMessage(
  transaction: Transaction,
  { roomId, id, userId, at }: Input<Writes["removeMessage"]>,
): Verb<Outcome<Message, "not_found" | "not_allowed">> {
  const before = yield* findAsMember(roomId, id, userId);
  if (!before) return refuse("not_found");
  if (before.user_id !== userId && !looksAfterRoom(toStanding(before))) return refuse("not_allowed");
  if (before.message_deleted_at !== null) return done(toMessage(before));
  const seq = yield* nextRoomSeq(roomId);
  const deletedAt = Math.max(at, before.message_created_at);
  yield* all(
    `UPDATE messages SET content = '', reactions = NULL, attachments = NULL, mentions = NULL, deleted_at = ?, seq = ?
     WHERE room_id = ? AND id = ?`,
    deletedAt,
    seq,
    roomId,
    id,
  );
  yield* putMentions({ roomId, id, authorId: before.user_id }, [], before.message_mentions);
  if (before.message_reactions !== null) {
    yield* all("DELETE FROM reactions WHERE room_id = ? AND message_id = ?", roomId, id);
  }
  if (before.message_attachments !== null) yield* detachFiles(roomId, id);
  const message = toMessage({
    ...before,
    content: "",
    message_deleted_at: deletedAt,
    message_mentions: null,
    message_reactions: null,
    message_attachments: null,
    message_seq: seq,
  });
  transaction.announce(roomTopic(roomId), seq, { messages: [message] });
  return done(message);
}

/** Ids have no gaps, so a page is a range of ids, and costs the same wherever it lies. */
function toRange(cursor: HistoryCursor, limit: number, newest: MessageId): { first: MessageId; last: MessageId } {
  if ("after" in cursor) return { first: cursor.after + 1, last: cursor.after + limit };
  let last = newest;
  if ("before" in cursor) last = Math.min(cursor.before - 1, newest);
  if ("around" in cursor) {
    const middle = Math.max(1, Math.min(cursor.around, newest));
    last = Math.min(Math.max(middle + Math.ceil(limit / 2) - 1, limit), newest);
  }
  return { first: last - limit + 1, last };
}

/** What an author sent under a key, wherever that was. */
const findByKey = (authorId: UserId, clientMessageId: string): Verb<SentRow | undefined> =>
  first(
    `SELECT ${messageColumns}, rooms.deleted_at AS room_deleted_at,
       (SELECT count(*) FROM memberships WHERE memberships.room_id = messages.room_id
        AND memberships.user_id = messages.author_id AND memberships.left_at IS NULL) AS readable
     ${fromMessages} WHERE messages.author_id = ? AND messages.client_message_id = ?`,
    authorId,
    clientMessageId,
  );

interface SentRow extends MessageRow {
  readonly room_deleted_at: number | null;
  /** Whether the author is still in the room. */
  readonly readable: number;
}

const isGone = (row: SentRow): boolean => row.room_deleted_at !== null;

/** Their own words are all that authors get of a room which they are not in any more. */
const toSent = (row: SentRow): Message => toMessage(row.readable > 0 ? row : { ...row, message_reactions: null });

/** Who says or changes something in a room. */
interface CallerRow {
  readonly member_count: number;
  readonly caller_room_kind: RoomKind;
  readonly caller_room_role: RoomRole;
  readonly caller_role: Role;
}

/** Where `rooms` and the caller's membership are joined, and `users` under this name. */
const callerColumns = (users: "users" | "callers") =>
  `rooms.member_count, ${roomKind} AS caller_room_kind, memberships.role AS caller_room_role, ${users}.role AS caller_role`;

const toStanding = (row: CallerRow) => ({
  kind: row.caller_room_kind,
  roomRole: row.caller_room_role,
  role: row.caller_role,
});

/** In large rooms only those call everyone who look after them. [MN4] */
const mayCallAll = (row: CallerRow): boolean =>
  row.member_count <= limits.callAllMembers || looksAfterRoom(toStanding(row));

/** A message in a room that `userId` is in. */
export const findAsMember = (
  roomId: RoomId,
  id: MessageId,
  userId: UserId,
): Verb<(MessageRow & CallerRow & { readonly archived_at: number | null }) | undefined> =>
  first(
    `SELECT ${messageColumns}, ${callerColumns("callers")}, rooms.archived_at
     ${fromMessages} JOIN memberships ON memberships.room_id = messages.room_id
     JOIN users AS callers ON callers.id = memberships.user_id AND callers.deactivated_at IS NULL
     WHERE messages.room_id = ? AND messages.id = ? AND memberships.user_id = ? AND memberships.left_at IS NULL
     AND rooms.deleted_at IS NULL`,
    roomId,
    id,
    userId,
  );
