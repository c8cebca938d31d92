import { limits } from "@parley/protocol/limits";
import type { MessageId, Receipt, RoomId, Seq, UserId } from "@parley/protocol/model";
import { all, type Verb } from "./verb.ts";

/** Receipts of current members, with their rooms and users, and what topics tell of them. */
export const fromReaders = `receipts JOIN rooms ON rooms.id = receipts.room_id JOIN users ON users.id = receipts.user_id
     JOIN memberships ON memberships.room_id = receipts.room_id AND memberships.user_id = receipts.user_id
     AND memberships.left_at IS NULL`;

/** What others may be told: the room is small, and the reader lets them. */
export const isShared = "users.shares_receipts = 1 AND rooms.member_count <= ?";

/** A receipt as a write finds it, where it is joined with its room and user; its first parameter is the limit. */
export interface StandingRow {
  readonly receipt_up_to: MessageId;
  readonly receipt_seen: MessageId;
  readonly receipt_shared: number;
}

export const standingColumns = `receipts.up_to AS receipt_up_to, receipts.seen AS receipt_seen, \
CASE WHEN ${isShared} THEN 1 ELSE 0 END AS receipt_shared`;

export interface ReceiptRow {
  readonly room_id: RoomId;
  readonly user_id: UserId;
  readonly seen: MessageId;
}

export const toReceipt = (row: ReceiptRow): Receipt => ({ room: row.room_id, user: row.user_id, upTo: row.seen });

/** What a room's topic tells of receipts after `since`. */
export function* listRoomReceipts(roomId: RoomId, since: Seq, atMost: number): Verb<readonly Receipt[]> {
  const rows = yield* all<ReceiptRow>(
    `SELECT receipts.room_id, receipts.user_id, receipts.seen FROM ${fromReaders}
     WHERE receipts.room_id = ? AND receipts.room_seq > ? AND ${isShared} ORDER BY receipts.room_seq LIMIT ?`,
    roomId,
    since,
    limits.receiptMembers,
    atMost,
  );
  return rows.map(toReceipt);
}

/** What a user's own topic tells of receipts after `since`. */
export function* listUserReceipts(userId: UserId, since: Seq, atMost: number): Verb<readonly Receipt[]> {
  const rows = yield* all<ReceiptRow>(
    `SELECT receipts.room_id, receipts.user_id, receipts.up_to AS seen FROM ${fromReaders}
     WHERE receipts.user_id = ? AND receipts.user_seq > ? AND rooms.deleted_at IS NULL
     ORDER BY receipts.user_seq LIMIT ?`,
    userId,
    since,
    atMost,
  );
  return rows.map(toReceipt);
}
