import { limits } from "@parley/protocol/limits";
import {
  type Author,
  type MessageId,
  type Place,
  type Receipt,
  type RoomId,
  roomTopic,
  type Seq,
  type UserId,
  userTopic,
} from "@parley/protocol/model";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { fromReaders, isShared, type ReceiptRow, type StandingRow, standingColumns, toReceipt } from "./readers.ts";
import { type AuthorRow, authorColumns, type PlaceRow, placeColumns, toAuthor, toPlace } from "./rows.ts";
import { nextRoomSeq, nextUserSeq } from "./topics.ts";
import { all, done, first, type Input, refuse, type Transaction, type Verb } from "./verb.ts";

/**
 * How far people have read. A receipt has two numbers: `up_to`, which its user may also move back, is announced on their
 * own topic; `seen`, the furthest it ever was, is announced on the room's topic where the room is small and they share it.
 */

export function* findPlace({
  roomId,
  userId,
}: {
  readonly roomId: RoomId;
  readonly userId: UserId;
}): Verb<Place | null> {
  const row = yield* first<PlaceRow>(
    `SELECT ${placeColumns} FROM memberships AS places JOIN rooms ON rooms.id = places.room_id
     JOIN receipts ON receipts.room_id = places.room_id AND receipts.user_id = places.user_id
     WHERE places.room_id = ? AND places.user_id = ? AND places.left_at IS NULL AND rooms.deleted_at IS NULL`,
    roomId,
    userId,
  );
  return row ? toPlace(row) : null;
}

export function* listReceipts({ roomId }: Input<Reads["listReceipts"]>): Verb<readonly Receipt[]> {
  const rows = yield* all<ReceiptRow>(
    `SELECT receipts.room_id, receipts.user_id, receipts.seen FROM ${fromReaders}
     WHERE receipts.room_id = ? AND rooms.deleted_at IS NULL AND ${isShared}
     ORDER BY memberships.username_lower LIMIT ?`,
    roomId,
    limits.receiptMembers,
    limits.receiptMembers,
  );
  return rows.map(toReceipt);
}

export function* listReaders({ roomId, id }: Input<Reads["listReaders"]>): Verb<readonly Author[]> {
  const rows = yield* all<AuthorRow>(
    `SELECT ${authorColumns} FROM ${fromReaders}
     JOIN messages ON messages.room_id = receipts.room_id AND messages.id = ?
     WHERE receipts.room_id = ? AND rooms.deleted_at IS NULL AND receipts.seen >= messages.id
     AND users.id <> messages.author_id AND ${isShared} ORDER BY memberships.username_lower LIMIT ?`,
    id,
    roomId,
    limits.receiptMembers,
    limits.receiptMembers,
  );
  return rows.map(toAuthor);
}

export function* setReceipt(
  transaction: Transaction,
  { roomId, userId, upTo, unread }: Input<Writes["setReceipt"]>,
): Verb<Outcome<Receipt, "not_found">> {
  const before = yield* first<StandingRow & { last_message_id: MessageId }>(
    `SELECT ${standingColumns}, rooms.last_message_id FROM ${fromReaders}
     WHERE receipts.room_id = ? AND receipts.user_id = ? AND rooms.deleted_at IS NULL AND users.deactivated_at IS NULL`,
    limits.receiptMembers,
    roomId,
    userId,
  );
  if (!before) return refuse("not_found");
  const asked = Math.min(upTo, before.last_message_id);
  const next = unread ? asked : Math.max(asked, before.receipt_up_to);
  const receipt = { room: roomId, user: userId, upTo: next };
  if (next === before.receipt_up_to) return done(receipt);
  const roomSeq = before.receipt_shared === 1 && next > before.receipt_seen ? yield* nextRoomSeq(roomId) : null;
  yield* moveReceipt(transaction, receipt, roomSeq);
  if (roomSeq !== null) transaction.announce(roomTopic(roomId), roomSeq, { receipts: [receipt] });
  return done(receipt);
}

/** Moves a receipt and tells its user; the caller tells the room, where it has taken the number `roomSeq` of it. */
export function* moveReceipt(transaction: Transaction, receipt: Receipt, roomSeq: Seq | null): Verb<void> {
  const { room, user, upTo } = receipt;
  const userSeq = yield* nextUserSeq(user);
  yield* all(
    `UPDATE receipts SET up_to = ?, seen = CASE WHEN seen < ? THEN ? ELSE seen END, user_seq = ?,
       room_seq = COALESCE(?, room_seq) WHERE room_id = ? AND user_id = ?`,
    upTo,
    upTo,
    upTo,
    userSeq,
    roomSeq,
    room,
    user,
  );
  transaction.announce(userTopic(user), userSeq, { receipts: [receipt] });
}

/** A new member has read what is there. The caller announces it under the numbers of the membership. */
export function* startReceipt(receipt: Receipt, seqs: { readonly room: Seq; readonly user: Seq }): Verb<void> {
  yield* all(
    `INSERT INTO receipts (room_id, user_id, up_to, seen, room_seq, user_seq) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (room_id, user_id) DO UPDATE SET up_to = excluded.up_to, seen = excluded.seen,
       room_seq = excluded.room_seq, user_seq = excluded.user_seq`,
    receipt.room,
    receipt.user,
    receipt.upTo,
    receipt.upTo,
    seqs.room,
    seqs.user,
  );
}

/** Whether others may see how far this user has read. */
export function* sharesReceipts(userId: UserId): Verb<boolean> {
  return (yield* first("SELECT id FROM users WHERE id = ? AND shares_receipts = 1", userId)) !== undefined;
}
