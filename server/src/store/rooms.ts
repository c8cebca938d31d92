import type { InvitePreview, Membership, Room, RoomId, RoomKind, RoomRole, Seq, UserId } from "@parley/protocol/model";
import type { By } from "./administration.ts";
import type { Outcome } from "./outcome.ts";

/** The part of the store's contract that keeps rooms, who is in them, and what leads there. */

/** A room as its store knows it, and the asking user's role in it. */
export interface RoomAccess {
  readonly room: Room;
  readonly role: RoomRole | null;
}

export interface InviteRecord {
  readonly code: string;
  readonly room: RoomId;
  readonly createdBy: UserId;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly maxUses: number | null;
  readonly uses: number;
}

export interface RoomReads {
  /** `reference` is an id or a slug. Null when it does not exist; whether it may be seen is the caller's question. */
  findRoom(input: { readonly reference: string; readonly userId: UserId | null }): Promise<RoomAccess | null>;
  /**
   * A room as its member sees it, with their place; null when they are not in it. What is unread there is counted up to the
   * newest message that the room names: whoever hears of a later one counts on.
   */
  findOwnRoom(input: { readonly roomId: RoomId; readonly userId: UserId }): Promise<Room | null>;
  /** The user's rooms and the public rooms they could join, by name, with the positions that continue this snapshot. */
  listRooms(input: {
    readonly userId: UserId;
  }): Promise<{ readonly rooms: readonly Room[]; readonly workspaceHead: Seq; readonly userHead: Seq }>;
  /**
   * Current members by user name; `cursor` is the last user name of the page before. With a `query`, those whose name it
   * fits, as in `listPeople`; the cost does not grow with the room then.
   */
  listMembers(input: {
    readonly roomId: RoomId;
    readonly query?: string | undefined;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<{ readonly members: readonly Membership[]; readonly cursor: string | null }>;
  /** Null when unknown, expired, used up or revoked, or when its room is gone. */
  findInvite(input: {
    readonly code: string;
    readonly userId: UserId | null;
    readonly at: number;
  }): Promise<{ readonly invite: InviteRecord; readonly preview: InvitePreview; readonly roomKind: RoomKind } | null>;
  /** Usable invites of a room, newest first. */
  listInvites(input: { readonly roomId: RoomId; readonly at: number }): Promise<readonly InviteRecord[]>;
}

export interface RoomWrites {
  /** Its creator becomes its owner. A missing slug is made from `name`, with a number when taken. */
  createRoom(input: {
    readonly id: RoomId;
    readonly slug: string | null;
    readonly name: string;
    readonly description: string;
    readonly kind: RoomKind;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<Outcome<Room, "not_signed_in" | "slug_taken" | "limit_reached">>;
  /** By one who looks after the room. What is the same already changes nothing. */
  putRoom(input: {
    readonly id: RoomId;
    readonly name?: string;
    readonly slug?: string;
    readonly description?: string;
    readonly kind?: RoomKind;
    /** False takes it back into use. The default room cannot be archived. */
    readonly archived?: boolean;
    /** As in `removeRoom`. */
    readonly anywhere: boolean;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<Room, "slug_taken" | "not_found" | "not_allowed">>;
  /** Hides it with everything in it, its memberships too, at once; `purgeRooms` then removes the rows. */
  removeRoom(input: {
    readonly id: RoomId;
    /** By one who looks after the workspace, whether they see the room or not; else by one who looks after the room. */
    readonly anywhere: boolean;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<null, "not_found" | "not_allowed">>;
  /** Deletes up to `limit` rows of removed rooms. True when there is more. */
  purgeRooms(input: { readonly limit: number }): Promise<boolean>;
  /**
   * The one direct room of `userId` and `users` (ids or user names, in any order, repeated or not); made under `id` when
   * they have none. All of them are in it for good.
   */
  openDirectRoom(input: {
    readonly id: RoomId;
    readonly userId: UserId;
    readonly users: readonly string[];
    readonly at: number;
  }): Promise<Outcome<{ readonly room: Room; readonly created: boolean }, "not_found" | "limit_reached">>;
  /** Idempotent: joining again changes nothing. Only public rooms. */
  putMembership(input: {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<Outcome<Room, "not_found" | "room_archived" | "limit_reached">>;
  /** Idempotent. When a room's owner leaves, its longest-standing admin, else member, becomes the owner. */
  removeMembership(input: {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<Outcome<null, "not_found" | "not_allowed">>;
  /**
   * Gives `member` (an id or user name) another role, by `userId`, who looks after the room: as its owner, as its admin, or
   * where they see it as one who looks after the workspace. With `owner` the owner of now becomes an admin in the same
   * step; in no other way does an owner become anything else. Who becomes a member again loses the invites they made.
   */
  putRole(input: {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly member: string;
    readonly role: RoomRole;
    /** Where they signed in from, for the audit log. */
    readonly address: string | null;
    readonly at: number;
  }): Promise<Outcome<Membership, "not_found" | "not_allowed">>;
  /**
   * Ends the membership of `member`, likewise; never the owner's. Invites made before do not bring them back. To remove
   * oneself is to leave.
   */
  removeMember(input: {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly member: string;
    /** Where they signed in from, for the audit log. */
    readonly address: string | null;
    readonly at: number;
  }): Promise<Outcome<null, "not_found" | "not_allowed">>;
  /** By one who looks after the room. */
  createInvite(input: {
    readonly code: string;
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly expiresAt: number | null;
    readonly maxUses: number | null;
    readonly keep: number;
    readonly at: number;
  }): Promise<Outcome<InviteRecord, "not_found" | "not_allowed" | "room_archived" | "limit_reached">>;
  revokeInvite(input: {
    readonly code: string;
    /** As in `removeRoom`. */
    readonly anywhere: boolean;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<null, "invite_unusable" | "not_allowed">>;
  /**
   * Counts a use exactly when it makes a new member: never more than allowed, and none for who is in already, whatever has
   * become of the invite.
   */
  redeemInvite(input: {
    readonly code: string;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<Outcome<Room, "invite_unusable" | "limit_reached">>;
}
