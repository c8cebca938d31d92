import { limits } from "@parley/protocol/limits";
import { type Message, type MessageId, roomTopic, type Seq, type UserId } from "@parley/protocol/model";
import type { Reads, Writes } from "../store.ts";
import { type CallerRow, callerColumns, fromMessages, mayCallAll } from "./callers.ts";
import { attachFiles } from "./files.ts";
import { putMentions, resolveCalls, toMentionsColumn } from "./mentions.ts";
import { type StandingRow, standingColumns } from "./readers.ts";
import { moveReceipt } from "./receipts.ts";
import { type AuthorRow, authorColumns, type MessageRow, messageColumns, toMessage } from "./rows.ts";
import { all, done, first, type Input, type Output, one, refuse, type Transaction, type Verb } from "./verb.ts";

type Append = Input<Writes["appendMessage"]>;
export type Appended = Output<Writes["appendMessage"]>;

export function* findSent({ userId, clientMessageId }: Input<Reads["findSent"]>): Verb<Message | null> {
  const sent = yield* findByKey(userId, clientMessageId);
  return sent && sent.room_deleted_at === null ? toSent(sent) : null;
}

export function* appendMessage(transaction: Transaction, input: Input<Writes["appendMessage"]>): Verb<Appended> {
  const { roomId, authorId, content, clientMessageId, replyTo, attachments, at } = input;
  if (clientMessageId !== null) {
    const sent = yield* findByKey(authorId, clientMessageId);
    if (sent) return toRepeated(sent);
  }
  const sender = yield* first<SenderRow & { replied: number }>(
    `SELECT ${senderColumns},
       (SELECT count(*) FROM messages WHERE messages.room_id = rooms.id AND messages.id = ?) AS replied
     ${fromSenders} WHERE rooms.id = ? AND memberships.user_id = ?`,
    limits.receiptMembers,
    replyTo ?? 0,
    roomId,
    authorId,
  );
  const obstacle = findObstacle(sender, replyTo === null || (sender?.replied ?? 0) > 0);
  if (!sender || obstacle) return refuse(obstacle ?? "not_found");
  const mentions = input.calls.length === 0 ? [] : yield* resolveCalls(roomId, input.calls, mayCallAll(sender));
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
  const message = toAppended(input, sender, { ...room, mentions: toMentionsColumn(mentions), attachments: attached });
  // Who had read everything before has read this too. [RR3]
  const receipt = sender.receipt_up_to === room.id - 1 ? { room: roomId, user: authorId, upTo: room.id } : null;
  const isTold = receipt !== null && sender.receipt_shared === 1;
  if (receipt) yield* moveReceipt(transaction, receipt, isTold ? room.seq : null);
  transaction.announce(roomTopic(roomId), room.seq, { messages: [message], ...(isTold && { receipts: [receipt] }) });
  return done({ message, created: true });
}

/** What an author sent under a key, wherever that was. */
export const findByKey = (authorId: UserId, clientMessageId: string): Verb<SentRow | undefined> =>
  first(
    `SELECT ${sentColumns} ${fromMessages} WHERE messages.author_id = ? AND messages.client_message_id = ?`,
    authorId,
    clientMessageId,
  );

export interface SentRow extends MessageRow {
  readonly room_deleted_at: number | null;
  /** Whether the author is still in the room. */
  readonly readable: number;
}

/** Where `fromMessages` is joined. */
export const sentColumns = `${messageColumns}, rooms.deleted_at AS room_deleted_at, \
(SELECT count(*) FROM memberships WHERE memberships.room_id = messages.room_id \
AND memberships.user_id = messages.author_id AND memberships.left_at IS NULL) AS readable`;

/** The answer to who sends again what they have sent. */
export const toRepeated = (sent: SentRow): Appended =>
  sent.room_deleted_at === null ? done({ message: toSent(sent), created: false }) : refuse("not_found");

/** Their own words are all that authors get of a room which they are not in any more. */
const toSent = (row: SentRow): Message => toMessage(row.readable > 0 ? row : { ...row, message_reactions: null });

/** A member of a room who has something to say in it. */
export interface SenderRow extends AuthorRow, StandingRow, CallerRow {
  readonly archived_at: number | null;
}

/** Their first parameter is the limit of `StandingRow`. */
export const senderColumns = `${authorColumns}, ${standingColumns}, ${callerColumns("users")}, rooms.archived_at`;

export const fromSenders = `FROM rooms \
JOIN memberships ON memberships.room_id = rooms.id AND memberships.left_at IS NULL AND rooms.deleted_at IS NULL \
JOIN users ON users.id = memberships.user_id AND users.deactivated_at IS NULL \
JOIN receipts ON receipts.room_id = memberships.room_id AND receipts.user_id = memberships.user_id`;

/** Why nothing can be said; null when it can. */
export function findObstacle(
  sender: SenderRow | undefined,
  isReplyFound: boolean,
): "not_found" | "room_archived" | "invalid" | null {
  if (!sender) return "not_found";
  if (sender.archived_at !== null) return "room_archived";
  return isReplyFound ? null : "invalid";
}

/** A message as it is when it is new. */
export const toAppended = (
  { roomId, clientMessageId, content, replyTo }: Append,
  sender: SenderRow,
  given: {
    readonly id: MessageId;
    readonly seq: Seq;
    readonly at: number;
    readonly mentions: string | null;
    readonly attachments: string | null;
  },
): Message =>
  toMessage({
    ...sender,
    message_id: given.id,
    message_room_id: roomId,
    message_seq: given.seq,
    client_message_id: clientMessageId,
    content,
    reply_to: replyTo,
    message_created_at: given.at,
    edited_at: null,
    message_deleted_at: null,
    message_reactions: null,
    message_mentions: given.mentions,
    message_attachments: given.attachments,
  });
