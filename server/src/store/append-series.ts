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
import type { Announcements } from "./deltas.ts";
import type { Writes } from "./store.ts";
import { type Appended, findObstacle, type SenderRow, type SentRow, toAppended, toRepeated } from "./verbs/append.ts";
import { done, type Input, refuse } from "./verbs/verb.ts";
import type { Write } from "./writes.ts";

/**
 * Any number of plain messages, appended as the verb `appendMessage` would one after the other, but with one look for all of
 * them before, and one write for all of them after. An engine looks up what is `Known`, and writes what was counted; nobody
 * else may count meanwhile.
 *
 *     look up senders, keys, replies ─▶ answer · answer · answer ─▶ write rooms, messages, heads, receipts
 */
export type Append = Input<Writes["appendMessage"]>;
export type PlainAppend = { readonly verb: "appendMessage"; readonly input: Append };

/** Whether a write appends a message that calls nobody and brings no files, as most do. */
const isPlainAppend = (write: Write): write is PlainAppend =>
  write.verb === "appendMessage" && write.input.calls.length === 0 && write.input.attachments.length === 0;

export interface Segment {
  readonly appends: readonly PlainAppend[];
  readonly rest: readonly Write[];
}

/**
 * Writes in the order in which they are carried out: of each segment first the series, then the rest. Messages keep their
 * order among each other, so that what one sends in a row stands in a row.
 */
export function toSegments(writes: readonly Write[]): readonly Segment[] {
  const segments: { appends: PlainAppend[]; rest: Write[]; isClosed: boolean }[] = [];
  for (const write of writes) {
    let segment = segments.at(-1);
    if (!segment || (segment.isClosed && write.verb === "appendMessage")) {
      segment = { appends: [], rest: [], isClosed: false };
      segments.push(segment);
    }
    if (isPlainAppend(write)) segment.appends.push(write);
    else segment.rest.push(write);
    segment.isClosed ||= write.verb === "appendMessage" && !isPlainAppend(write);
  }
  return segments;
}

export const keyOf = (...parts: readonly (string | number)[]): string => parts.join(" ");

/** A sender, and where the counters of their room and of their own topic stand. */
export interface CountedRow extends SenderRow {
  readonly room_head: Seq;
  readonly last_message_id: MessageId;
  readonly last_message_at: number | null;
  readonly user_head: Seq;
}

/** What `CountedRow` has besides the columns of `SenderRow`. */
export const counters =
  "rooms.head AS room_head, rooms.last_message_id, rooms.last_message_at, users.head AS user_head";

export interface Known {
  /** By author and key. */
  readonly sent: ReadonlyMap<string, SentRow>;
  /** By room and user. */
  readonly senders: ReadonlyMap<string, CountedRow>;
  /** Of those that are replied to: room and id. */
  readonly messages: ReadonlySet<string>;
}

interface CountedRoom {
  head: Seq;
  lastId: MessageId;
  lastAt: number;
  readonly firstId: MessageId;
}

export type MovedReceipt = Receipt & { readonly userSeq: Seq; readonly roomSeq: Seq | null };

/** Answers a series, and counts up what it changes. */
export class Series {
  readonly messages: Message[] = [];
  readonly rooms = new Map<RoomId, CountedRoom>();
  /** Heads of users' topics. */
  readonly heads = new Map<UserId, Seq>();
  /** The last that each receipt was moved to, by room and user. */
  readonly receipts = new Map<string, MovedReceipt>();
  readonly #known: Known;
  readonly #announcements: Announcements;
  /** By author and key. */
  readonly #byKey = new Map<string, Message>();

  constructor(known: Known, announcements: Announcements) {
    this.#known = known;
    this.#announcements = announcements;
  }

  answer(append: Append): Appended {
    const { authorId, clientMessageId, replyTo, roomId } = append;
    const key = clientMessageId === null ? null : keyOf(authorId, clientMessageId);
    const sent = key === null ? undefined : this.#known.sent.get(key);
    if (sent) return toRepeated(sent);
    const first = key === null ? undefined : this.#byKey.get(key);
    if (first) return done({ message: first, created: false });
    const sender = this.#known.senders.get(keyOf(roomId, authorId));
    const isReplyFound =
      replyTo === null || this.#known.messages.has(keyOf(roomId, replyTo)) || this.#has(roomId, replyTo);
    const obstacle = findObstacle(sender, isReplyFound);
    if (!sender || obstacle) return refuse(obstacle ?? "not_found");
    const message = this.#append(append, sender);
    if (key !== null) this.#byKey.set(key, message);
    return done({ message, created: true });
  }

  /** Whether a message of a room is one of the series. */
  #has(roomId: RoomId, id: MessageId): boolean {
    const room = this.rooms.get(roomId);
    return room !== undefined && id >= room.firstId && id <= room.lastId;
  }

  #append(append: Append, sender: CountedRow): Message {
    const { roomId, authorId, at } = append;
    const last = sender.last_message_id;
    const room = this.rooms.get(roomId) ?? { head: sender.room_head, lastId: last, lastAt: 0, firstId: last + 1 };
    this.rooms.set(roomId, room);
    room.head += 1;
    room.lastId += 1;
    room.lastAt = Math.max(room.lastAt, sender.last_message_at ?? 0, at);
    const given = { id: room.lastId, seq: room.head, at: room.lastAt, mentions: null, attachments: null };
    const message = toAppended(append, sender, given);
    this.messages.push(message);
    const receipt = { room: roomId, user: authorId, upTo: message.id };
    const isTold = this.#moveReceipt(receipt, message.seq, sender) && sender.receipt_shared === 1;
    const things = { messages: [message], ...(isTold && { receipts: [receipt] }) };
    this.#announcements.add(roomTopic(roomId), message.seq, things);
    return message;
  }

  /** Who had read everything before has read this too. [RR3] */
  #moveReceipt(receipt: Receipt, seq: Seq, sender: CountedRow): boolean {
    const key = keyOf(receipt.room, receipt.user);
    const before = this.receipts.get(key);
    if ((before?.upTo ?? sender.receipt_up_to) !== receipt.upTo - 1) return false;
    const userSeq = (this.heads.get(receipt.user) ?? sender.user_head) + 1;
    this.heads.set(receipt.user, userSeq);
    this.receipts.set(key, { ...receipt, userSeq, roomSeq: sender.receipt_shared === 1 ? seq : null });
    this.#announcements.add(userTopic(receipt.user), userSeq, { receipts: [receipt] });
    return true;
  }
}
