import { limits } from "@parley/protocol/limits";
import type { MessageId, RoomId } from "@parley/protocol/model";
import type { PostgresStatement } from "../../platform/postgres.ts";
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
import { type Appended, fromSenders, type SentRow, senderColumns, sentColumns } from "../verbs/append.ts";
import { fromMessages } from "../verbs/callers.ts";
import type { Write } from "../writes.ts";
import type { Transaction } from "./transaction.ts";

/** Appends a series in one round trip and what travels with the commit. Its rooms and authors are claimed. */
export async function appendTogether(
  transaction: Transaction,
  announcements: Announcements,
  writes: readonly PlainAppend[],
): Promise<ReadonlyMap<Write, Appended>> {
  const known = await lookUp(
    transaction,
    writes.map(({ input }) => input),
  );
  const series = new Series(known, announcements);
  const outcomes = new Map(writes.map((write) => [write, series.answer(write.input)]));
  writeSeries(transaction, series);
  return outcomes;
}

async function lookUp(transaction: Transaction, appends: readonly Append[]): Promise<Known> {
  const keyed = appends.filter(({ clientMessageId }) => clientMessageId !== null);
  const replies = appends.filter(({ replyTo }) => replyTo !== null);
  const pairs = [...new Map(appends.map((each) => [keyOf(each.roomId, each.authorId), each])).values()];
  const senders: PostgresStatement = {
    sql: `SELECT ${senderColumns}, asked.room_id AS asked_room_id, ${counters}
      ${fromSenders} JOIN unnest(?::text[], ?::text[]) AS asked (room_id, user_id)
      ON memberships.room_id = asked.room_id AND memberships.user_id = asked.user_id`,
    params: [limits.receiptMembers, pairs.map(({ roomId }) => roomId), pairs.map(({ authorId }) => authorId)],
  };
  const sent: PostgresStatement = {
    sql: `SELECT ${sentColumns} ${fromMessages} JOIN unnest(?::text[], ?::text[]) AS asked (author_id, key)
      ON messages.author_id = asked.author_id AND messages.client_message_id = asked.key`,
    params: [keyed.map(({ authorId }) => authorId), keyed.map(({ clientMessageId }) => clientMessageId)],
  };
  const replied: PostgresStatement = {
    sql: `SELECT messages.room_id, messages.id FROM messages JOIN unnest(?::text[], ?::bigint[]) AS asked (room_id, id)
      ON messages.room_id = asked.room_id AND messages.id = asked.id`,
    params: [replies.map(({ roomId }) => roomId), replies.map(({ replyTo }) => replyTo)],
  };
  const asked = [senders, ...(keyed.length > 0 ? [sent] : []), ...(replies.length > 0 ? [replied] : [])];
  const answers = await transaction.run(asked);
  const rowsOf = <Row>(statement: PostgresStatement) =>
    (answers[asked.indexOf(statement)] ?? []) as unknown as readonly Row[];
  return {
    senders: new Map(
      rowsOf<CountedRow & { asked_room_id: RoomId }>(senders).map((row) => [
        keyOf(row.asked_room_id, row.user_id),
        row,
      ]),
    ),
    sent: new Map(rowsOf<SentRow>(sent).map((row) => [keyOf(row.user_id, row.client_message_id ?? ""), row])),
    messages: new Set(rowsOf<{ room_id: RoomId; id: MessageId }>(replied).map((row) => keyOf(row.room_id, row.id))),
  };
}

/** Lets all of it travel ahead of what comes next. */
function writeSeries(
  transaction: Transaction,
  { messages, rooms: counted, heads: counts, receipts: moved }: Series,
): void {
  if (messages.length === 0) return;
  const rooms = [...counted];
  transaction.send({
    sql: `UPDATE rooms SET head = counted.head, last_message_id = counted.last_id, last_message_at = counted.last_at
        FROM unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[]) AS counted (id, head, last_id, last_at)
        WHERE rooms.id = counted.id`,
    params: [
      rooms.map(([id]) => id),
      rooms.map(([, { head }]) => head),
      rooms.map(([, { lastId }]) => lastId),
      rooms.map(([, { lastAt }]) => lastAt),
    ],
  });
  transaction.send({
    sql: `INSERT INTO messages (room_id, id, seq, author_id, client_message_id, content, reply_to, created_at)
        SELECT * FROM unnest(?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[])`,
    params: [
      messages.map(({ room }) => room),
      messages.map(({ id }) => id),
      messages.map(({ seq }) => seq),
      messages.map(({ author }) => author.id),
      messages.map(({ clientMessageId }) => clientMessageId ?? null),
      messages.map(({ content }) => content),
      messages.map(({ replyTo }) => replyTo ?? null),
      messages.map(({ createdAt }) => Date.parse(createdAt)),
    ],
  });
  if (moved.size === 0) return;
  const heads = [...counts];
  transaction.send({
    sql: `UPDATE users SET head = counted.head FROM unnest(?::text[], ?::bigint[]) AS counted (id, head)
        WHERE users.id = counted.id`,
    params: [heads.map(([id]) => id), heads.map(([, head]) => head)],
  });
  const receipts = [...moved.values()];
  transaction.send({
    sql: `UPDATE receipts SET up_to = moved.up_to, seen = greatest(receipts.seen, moved.up_to),
          user_seq = moved.user_seq, room_seq = coalesce(moved.room_seq, receipts.room_seq)
        FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[])
          AS moved (room_id, user_id, up_to, user_seq, room_seq)
        WHERE receipts.room_id = moved.room_id AND receipts.user_id = moved.user_id`,
    params: [
      receipts.map(({ room }) => room),
      receipts.map(({ user }) => user),
      receipts.map(({ upTo }) => upTo),
      receipts.map(({ userSeq }) => userSeq),
      receipts.map(({ roomSeq }) => roomSeq),
    ],
  });
}
