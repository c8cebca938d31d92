import { limits } from "@parley/protocol/limits";
import {
  type Message,
  type MessageId,
  type Receipt,
  type RoomId,
  roomTopic,
  type Seq,
  type UserId,
  userTopic,
} from "@parley/protocol/model";
import type { PostgresStatement } from "../../platform/postgres.ts";
import type { Announcements } from "../deltas.ts";
import type { Writes } from "../store.ts";
import {
  type Appended,
  findObstacle,
  fromSenders,
  type SenderRow,
  type SentRow,
  senderColumns,
  sentColumns,
  toAppended,
  toRepeated,
} from "../verbs/append.ts";
import { fromMessages } from "../verbs/callers.ts";
import { done, type Input, refuse } from "../verbs/verb.ts";
import type { Write } from "../writes.ts";
import type { Transaction } from "./transaction.ts";

type Append = Input<Writes["appendMessage"]>;
export type PlainAppend = { readonly verb: "appendMessage"; readonly input: Append };

/** Whether a write appends a message that calls nobody and brings no files, as most do. */
export const isPlainAppend = (write: Write): write is PlainAppend =>
  write.verb === "appendMessage" && write.input.calls.length === 0 && write.input.attachments.length === 0;

/**
 * Appends any number of plain messages as the verb would, one after the other, but in one round trip and what travels with the
 * commit. What it looks up is looked up for all, what it counts is counted here, and all rows are written at once: their
 * rooms and authors are claimed, so nobody else counts meanwhile.
 */
export async function appendTogether(
  transaction: Transaction,
  announcements: Announcements,
  writes: readonly PlainAppend[],
): Promise<ReadonlyMap<Write, Appended>> {
  const known = await lookUp(
    transaction,
    writes.map(({ input }) => input),
  );
  const tally = new Tally(announcements);
  const outcomes = new Map(writes.map((write) => [write, answer(write.input, known, tally)]));
  tally.send(transaction);
  return outcomes;
}

function answer(append: Append, known: Known, tally: Tally): Appended {
  const { authorId, clientMessageId, replyTo, roomId } = append;
  const key = clientMessageId === null ? null : keyOf(authorId, clientMessageId);
  const sent = key === null ? undefined : known.sent.get(key);
  if (sent) return toRepeated(sent);
  const first = key === null ? undefined : tally.byKey.get(key);
  if (first) return done({ message: first, created: false });
  const sender = known.senders.get(keyOf(roomId, authorId));
  const isReplyFound = replyTo === null || known.messages.has(keyOf(roomId, replyTo)) || tally.has(roomId, replyTo);
  const obstacle = findObstacle(sender, isReplyFound);
  if (!sender || obstacle) return refuse(obstacle ?? "not_found");
  const message = tally.append(append, sender);
  if (key !== null) tally.byKey.set(key, message);
  return done({ message, created: true });
}

const keyOf = (...parts: readonly (string | number)[]): string => parts.join(" ");

/** A sender, and where the counters of their room and of their own topic stand. */
interface CountedRow extends SenderRow {
  readonly asked_room_id: RoomId;
  readonly room_head: Seq;
  readonly last_message_id: MessageId;
  readonly last_message_at: number | null;
  readonly user_head: Seq;
}

interface Known {
  /** By author and key. */
  readonly sent: ReadonlyMap<string, SentRow>;
  /** By room and user. */
  readonly senders: ReadonlyMap<string, CountedRow>;
  /** Of those that are replied to: room and id. */
  readonly messages: ReadonlySet<string>;
}

async function lookUp(transaction: Transaction, appends: readonly Append[]): Promise<Known> {
  const keyed = appends.filter(({ clientMessageId }) => clientMessageId !== null);
  const replies = appends.filter(({ replyTo }) => replyTo !== null);
  const pairs = [...new Map(appends.map((each) => [keyOf(each.roomId, each.authorId), each])).values()];
  const senders: PostgresStatement = {
    sql: `SELECT ${senderColumns}, asked.room_id AS asked_room_id, rooms.head AS room_head, rooms.last_message_id,
        rooms.last_message_at, users.head AS user_head
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
    senders: new Map(rowsOf<CountedRow>(senders).map((row) => [keyOf(row.asked_room_id, row.user_id), row])),
    sent: new Map(rowsOf<SentRow>(sent).map((row) => [keyOf(row.user_id, row.client_message_id ?? ""), row])),
    messages: new Set(rowsOf<{ room_id: RoomId; id: MessageId }>(replied).map((row) => keyOf(row.room_id, row.id))),
  };
}

/** Counts up what a series of messages changes, and writes it at the end of the series. */
class Tally {
  /** By author and key. */
  readonly byKey = new Map<string, Message>();
  readonly #announcements: Announcements;
  readonly #messages: Message[] = [];
  readonly #rooms = new Map<RoomId, { head: Seq; lastId: MessageId; lastAt: number; readonly firstId: MessageId }>();
  /** Heads of users' topics. */
  readonly #heads = new Map<UserId, Seq>();
  /** The last that each receipt was moved to, by room and user. */
  readonly #receipts = new Map<string, Receipt & { readonly userSeq: Seq; readonly roomSeq: Seq | null }>();

  constructor(announcements: Announcements) {
    this.#announcements = announcements;
  }

  /** Whether a message of a room is one of the series. */
  has(roomId: RoomId, id: MessageId): boolean {
    const room = this.#rooms.get(roomId);
    return room !== undefined && id >= room.firstId && id <= room.lastId;
  }

  append(append: Append, sender: CountedRow): Message {
    const { roomId, authorId, at } = append;
    const last = sender.last_message_id;
    const room = this.#rooms.get(roomId) ?? { head: sender.room_head, lastId: last, lastAt: 0, firstId: last + 1 };
    this.#rooms.set(roomId, room);
    room.head += 1;
    room.lastId += 1;
    room.lastAt = Math.max(room.lastAt, sender.last_message_at ?? 0, at);
    const given = { id: room.lastId, seq: room.head, at: room.lastAt, mentions: null, attachments: null };
    const message = toAppended(append, sender, given);
    this.#messages.push(message);
    const receipt = { room: roomId, user: authorId, upTo: message.id };
    const isTold = this.#moveReceipt(receipt, message.seq, sender) && sender.receipt_shared === 1;
    const things = { messages: [message], ...(isTold && { receipts: [receipt] }) };
    this.#announcements.add(roomTopic(roomId), message.seq, things);
    return message;
  }

  /** Who had read everything before has read this too. [RR3] */
  #moveReceipt(receipt: Receipt, seq: Seq, sender: CountedRow): boolean {
    const key = keyOf(receipt.room, receipt.user);
    const before = this.#receipts.get(key);
    if ((before?.upTo ?? sender.receipt_up_to) !== receipt.upTo - 1) return false;
    const userSeq = (this.#heads.get(receipt.user) ?? sender.user_head) + 1;
    this.#heads.set(receipt.user, userSeq);
    this.#receipts.set(key, { ...receipt, userSeq, roomSeq: sender.receipt_shared === 1 ? seq : null });
    this.#announcements.add(userTopic(receipt.user), userSeq, { receipts: [receipt] });
    return true;
  }

  /** Lets all of it travel ahead of what comes next. */
  send(transaction: Transaction): void {
    if (this.#messages.length === 0) return;
    const rooms = [...this.#rooms];
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
    const messages = this.#messages;
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
    if (this.#receipts.size > 0) this.#sendReceipts(transaction);
  }

  #sendReceipts(transaction: Transaction): void {
    const heads = [...this.#heads];
    transaction.send({
      sql: `UPDATE users SET head = counted.head FROM unnest(?::text[], ?::bigint[]) AS counted (id, head)
        WHERE users.id = counted.id`,
      params: [heads.map(([id]) => id), heads.map(([, head]) => head)],
    });
    const receipts = [...this.#receipts.values()];
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
}
