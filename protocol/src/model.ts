/**
 * The nouns of Parley as they cross the wire, and their ids.
 * Times are RFC 3339 in UTC with milliseconds.
 */

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]?: Name };

/** `U` and sixteen characters. */
export type UserId = Branded<string, "UserId">;
/** `R` and sixteen characters. Slugs are lower case, so an id is never a slug. */
export type RoomId = Branded<string, "RoomId">;
/** `S` and sixteen characters. Names a session; it does not open one. */
export type SessionId = Branded<string, "SessionId">;
/** The number of a message in its room: 1, 2, 3 … without gaps, never used twice. */
export type MessageId = Branded<number, "MessageId">;
/** The number of a change on its topic. */
export type Seq = number;
export type Timestamp = string;

/** What durable changes are numbered on, and the address that they are published to. */
export type Topic = `room:${string}` | `user:${string}` | "workspace";

export const workspaceTopic = "workspace" satisfies Topic;
export const roomTopic = (id: RoomId): Topic => `room:${id}`;
export const userTopic = (id: UserId): Topic => `user:${id}`;

/** What a user may do in the workspace. */
export type Role = "owner" | "admin" | "member";
/** What a member may do in one room. */
export type RoomRole = "owner" | "admin" | "member";
export type RoomKind = "public" | "private";
export type SignUpPolicy = "open" | "invite" | "closed";

/** The part of a user that every message carries. */
export interface Author {
  readonly id: UserId;
  readonly username: string;
  readonly displayName: string;
}

export interface User extends Author {
  readonly kind: "person" | "bot";
  readonly role: Role;
  readonly createdAt: Timestamp;
  /** Present only for the user themself. */
  readonly email?: string | null;
}

export interface Room {
  readonly id: RoomId;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly kind: RoomKind;
  readonly createdBy: UserId;
  readonly createdAt: Timestamp;
  readonly memberCount: number;
  /** The newest message at the time of reading; 0 in a room without messages. */
  readonly lastMessageId: number;
  /** The requester's own membership; absent when they are not in the room, and in deltas. */
  readonly membership?: { readonly role: RoomRole; readonly joinedAt: Timestamp };
}

/** A room that is deleted, or can no longer be seen by this reader. */
export interface GoneRoom {
  readonly id: RoomId;
  readonly gone: true;
}

export interface Membership {
  readonly room: RoomId;
  readonly user: Author;
  readonly role: RoomRole;
  readonly joinedAt: Timestamp;
  /** Present once the membership has ended. */
  readonly leftAt?: Timestamp;
}

export interface Message {
  readonly id: MessageId;
  readonly room: RoomId;
  /** The number, on the room's topic, of the latest change of this message. */
  readonly seq: Seq;
  readonly author: Author;
  /** Markdown as written; empty once deleted. */
  readonly content: string;
  readonly createdAt: Timestamp;
  readonly clientMessageId?: string;
  readonly replyTo?: MessageId;
  readonly editedAt?: Timestamp;
  readonly deletedAt?: Timestamp;
}

export interface Session {
  readonly id: SessionId;
  readonly createdAt: Timestamp;
  readonly lastSeenAt: Timestamp;
  readonly expiresAt: Timestamp;
  readonly userAgent: string;
  readonly address: string;
  /** Whether this is the session that asks. */
  readonly current?: boolean;
  readonly revokedAt?: Timestamp;
}

export interface Invite {
  readonly code: string;
  readonly url: string;
  readonly room: RoomId;
  readonly createdBy: UserId;
  readonly createdAt: Timestamp;
  readonly expiresAt: Timestamp | null;
  readonly maxUses: number | null;
  readonly uses: number;
}

/** What an invite leads to, as shown to anyone who holds its code. */
export interface InvitePreview {
  readonly code: string;
  readonly workspace: string;
  readonly room: {
    readonly id: RoomId;
    readonly slug: string;
    readonly name: string;
    readonly description: string;
    readonly memberCount: number;
  };
  readonly invitedBy: string;
  /** Whether the requester is in that room already. */
  readonly joined: boolean;
}

export interface Workspace {
  readonly name: string;
  readonly signUp: SignUpPolicy;
  /** True until the first account, which becomes the owner, exists. */
  readonly firstRun: boolean;
}
