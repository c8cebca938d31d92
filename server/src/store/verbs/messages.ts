import { type Message, type MessageId, roomTopic } from "@parley/protocol/model";
import { looksAfterRoom } from "@parley/protocol/roles";
import type { HistoryCursor, MessagePage } from "../messages.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { findAsMember, fromMessages, mayCallAll, toStanding } from "./callers.ts";
import { detachFiles } from "./files.ts";
import { putMentions, resolveCalls, toMentionsColumn } from "./mentions.ts";
import { type MessageRow, messageColumns, toMessage } from "./rows.ts";
import { nextRoomSeq } from "./topics.ts";
import { all, done, first, type Input, refuse, type Transaction, type Verb } from "./verb.ts";

export function* findMessage({ roomId, id }: Input<Reads["findMessage"]>): Verb<Message | null> {
  const row = yield* first<MessageRow>(
    `SELECT ${messageColumns} ${fromMessages} WHERE messages.room_id = ? AND messages.id = ? AND rooms.deleted_at IS NULL`,
    roomId,
    id,
  );
  return row ? toMessage(row) : null;
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
