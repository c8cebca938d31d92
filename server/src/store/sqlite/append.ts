import { limits } from "@parley/protocol/limits";
import {
  type Append,
  type CountedRow,
  counters,
  type Known,
  keyOf,
  type PlainAppend,
  Series,
} from "../append-series.ts";
import type { Announcements } from "../deltas.ts";
import { type Appended, findByKey, fromSenders, type SentRow, senderColumns } from "../verbs/append.ts";
import { drive, type Row, type Statement } from "../verbs/verb.ts";
import type { Write } from "../writes.ts";

type Run = (statement: Statement) => readonly Row[];

/** Appends a series: a look for each sender and key, a row for each message, and one change of each room, user and receipt. */
export function appendTogether(
  run: Run,
  announcements: Announcements,
  writes: readonly PlainAppend[],
): ReadonlyMap<Write, Appended> {
  const known = lookUp(
    run,
    writes.map(({ input }) => input),
  );
  const series = new Series(known, announcements);
  const outcomes = new Map(writes.map((write) => [write, series.answer(write.input)]));
  writeSeries(run, series);
  return outcomes;
}

const senderSql = `SELECT ${senderColumns}, ${counters} ${fromSenders} WHERE rooms.id = ? AND memberships.user_id = ?`;
/** Of a covering index. A message of this key is looked at only when there is one. */
const keySql = "SELECT 1 AS found FROM messages WHERE author_id = ? AND client_message_id = ?";
const repliedSql = "SELECT 1 AS found FROM messages WHERE room_id = ? AND id = ?";

function lookUp(run: Run, appends: readonly Append[]): Known {
  const senders = new Map<string, CountedRow>();
  const sent = new Map<string, SentRow>();
  const messages = new Set<string>();
  const looked = new Set<string>();
  for (const { roomId, authorId, clientMessageId, replyTo } of appends) {
    const pair = keyOf(roomId, authorId);
    if (!looked.has(pair)) {
      looked.add(pair);
      const [sender] = run({ sql: senderSql, params: [limits.receiptMembers, roomId, authorId] });
      if (sender) senders.set(pair, sender as unknown as CountedRow);
    }
    if (clientMessageId !== null && run({ sql: keySql, params: [authorId, clientMessageId] }).length > 0) {
      const row = drive(findByKey(authorId, clientMessageId), run);
      if (row) sent.set(keyOf(authorId, clientMessageId), row);
    }
    if (replyTo !== null && run({ sql: repliedSql, params: [roomId, replyTo] }).length > 0) {
      messages.add(keyOf(roomId, replyTo));
    }
  }
  return { senders, sent, messages };
}

const insertSql = `INSERT INTO messages (room_id, id, seq, author_id, client_message_id, content, reply_to, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const roomSql = "UPDATE rooms SET head = ?, last_message_id = ?, last_message_at = ? WHERE id = ?";
const headSql = "UPDATE users SET head = ? WHERE id = ?";
const receiptSql = `UPDATE receipts SET up_to = ?, seen = max(seen, ?), user_seq = ?, room_seq = coalesce(?, room_seq)
  WHERE room_id = ? AND user_id = ?`;

function writeSeries(run: Run, { messages, rooms, heads, receipts }: Series): void {
  for (const { room, id, seq, author, clientMessageId = null, content, replyTo = null, createdAt } of messages) {
    const params = [room, id, seq, author.id, clientMessageId, content, replyTo, Date.parse(createdAt)];
    run({ sql: insertSql, params });
  }
  for (const [id, { head, lastId, lastAt }] of rooms) run({ sql: roomSql, params: [head, lastId, lastAt, id] });
  for (const [id, head] of heads) run({ sql: headSql, params: [head, id] });
  for (const { room, user, upTo, userSeq, roomSeq } of receipts.values()) {
    run({ sql: receiptSql, params: [upTo, upTo, userSeq, roomSeq, room, user] });
  }
}
