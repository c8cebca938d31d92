import type { Author, MessageId, NotifyLevel, Place, Receipt, RoomId, UserId } from "@parley/protocol/model";
import type { Outcome } from "./outcome.ts";

/** The part of the store's contract that knows how far people have read, and how loudly a room calls them. */

export interface ReceiptReads {
  /** How far those members have read who share it, by user name; empty in a room of more than `limits.receiptMembers`. */
  listReceipts(input: { readonly roomId: RoomId }): Promise<readonly Receipt[]>;
  /** Who of them, but its author, has read a message. */
  listReaders(input: { readonly roomId: RoomId; readonly id: MessageId }): Promise<readonly Author[]>;
}

export interface ReceiptWrites {
  /**
   * Moves a receipt forward, or (`unread`) anywhere; never beyond the newest message. Where it stands already, nothing
   * changes. Its user is told; a small room is told when it is the furthest that they have come, and they share it.
   */
  setReceipt(input: {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly upTo: MessageId;
    readonly unread: boolean;
  }): Promise<Outcome<Receipt, "not_found">>;
  /**
   * What a member has chosen for a room. The same again changes nothing. Only a direct room is put away; `hiddenUpTo` is
   * a message that there is, or 0; null takes it out again.
   */
  putPlace(input: {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly notifyLevel?: NotifyLevel | undefined;
    readonly hiddenUpTo?: MessageId | null | undefined;
  }): Promise<Outcome<Place, "not_found">>;
}
