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
/** `F` and 32 characters: not to be guessed. Names a file, and its stored bytes: other bytes, other id. */
export type FileId = Branded<string, "FileId">;
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
/** `direct`: a room between named people, who are in it for good; it has no name of its own. */
export type RoomKind = "public" | "private" | "direct";
/** How loudly a room calls one of its members. */
export type NotifyLevel = "all" | "mentions" | "none";
/** Who is here now. */
export type Presence = "online" | "away" | "offline";
export type SignUpPolicy = "open" | "invite" | "closed";

/** The part of a user that every message carries. */
export interface Author {
  readonly id: UserId;
  readonly username: string;
  readonly displayName: string;
  /** Their picture; absent: none. */
  readonly avatar?: FileId;
}

export interface User extends Author {
  readonly kind: "person" | "bot";
  readonly role: Role;
  readonly createdAt: Timestamp;
  /** Words that someone sets about themself; absent: none. */
  readonly status?: string;
  /** Since when this user may not sign in any more; what they said stays. */
  readonly deactivatedAt?: Timestamp;
  /** Whether others may see how far they have read. Present only for the user themself. */
  readonly sharesReceipts?: boolean;
  /** Present only for the user themself. */
  readonly email?: string | null;
  /** Whether a link that was mailed to `email` has been used. Present only for the user themself. */
  readonly emailVerified?: boolean;
  /** An address that becomes `email` once the link that was mailed to it is used. Present only for the user themself. */
  readonly pendingEmail?: string;
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
  /** When the newest message was sent; absent in a room without messages. */
  readonly lastMessageAt?: Timestamp;
  /** Since when nothing more may be said in it. */
  readonly archivedAt?: Timestamp;
  /** Of a direct room: its people, the requester among them, by user name. */
  readonly users?: readonly Author[];
  /** The requester's own membership; absent when they are not in the room, and in deltas of the room's topic. */
  readonly membership?: Place;
}

/** A member's own place in a room. */
export interface Place {
  readonly role: RoomRole;
  readonly joinedAt: Timestamp;
  readonly notifyLevel: NotifyLevel;
  /** Read up to this message; 0 before the first one. Who joins has read what was there. */
  readonly receipt: MessageId;
  /** Others' messages after the receipt that are not deleted, up to `limits.unreadCount`. */
  readonly unread: number;
  /** Those of them that mention the member by name, or everyone; up to the same. */
  readonly mentions: number;
  /** Of a direct room: the member has put it away until something newer is said in it; absent: they have not. */
  readonly hiddenUpTo?: MessageId;
}

/** How far a user has read in a room. */
export interface Receipt {
  readonly room: RoomId;
  readonly user: UserId;
  readonly upTo: MessageId;
}

/** What the user on whose topic this is told has chosen for a room: how loudly it calls them, and whether it is put away. */
export interface Level {
  readonly room: RoomId;
  readonly notifyLevel: NotifyLevel;
  readonly hiddenUpTo?: MessageId;
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
  /** Whether someone else ended it. */
  readonly removed?: true;
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
  /** Whom its content calls, once each: members by user name in lower case, everyone as `all` or `here`. */
  readonly mentions?: readonly string[];
  /** By the time of their first one. */
  readonly reactions?: readonly Reaction[];
  readonly attachments?: readonly Attachment[];
}

/** An emoji on a message, and who put it there. */
export interface Reaction {
  readonly emoji: string;
  /** The first to react, in that order: at most `limits.reactionUsers`. */
  readonly users: readonly UserId[];
  readonly count: number;
}

/** A file on a message. */
export interface Attachment {
  readonly id: FileId;
  /** As its uploader named it: one visible line, without slashes. */
  readonly name: string;
  /** The media type that its bytes show; `application/octet-stream` when they show none that is known. */
  readonly type: string;
  readonly bytes: number;
  /** Of a picture: its size in pixels, upright. Present exactly when it has a thumbnail. */
  readonly width?: number;
  readonly height?: number;
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
  /** Shown to anyone; absent: none. */
  readonly picture?: FileId;
}

/** A user as those who look after the workspace see them. */
export interface UserRecord extends User {
  readonly email: string | null;
  /** How many sessions are open. */
  readonly sessions: number;
  /** Absent for who has not signed in for long, or never. */
  readonly lastSeenAt?: Timestamp;
}

/** A room as those who look after the workspace see it, whether or not they are in it: never what is said there. */
export interface RoomRecord {
  readonly id: RoomId;
  readonly slug: string;
  readonly name: string;
  readonly kind: RoomKind;
  readonly createdAt: Timestamp;
  readonly memberCount: number;
  readonly messageCount: number;
  readonly lastMessageAt?: Timestamp;
  /** Everyone's first room, which can neither be archived nor deleted. */
  readonly isDefault: boolean;
  /** Absent: in use. */
  readonly archivedAt?: Timestamp;
  /** Who may hand it over; absent when nobody who is here owns it. */
  readonly owner?: Author;
}

/** An invite with what it leads to and who made it. */
export interface InviteListing extends Omit<Invite, "url" | "room" | "createdBy"> {
  readonly room: { readonly id: RoomId; readonly slug: string; readonly name: string };
  readonly createdBy: Author;
}

/** Opens an account's password to whoever holds it, once. */
export interface ResetLink {
  readonly url: string;
  readonly expiresAt: Timestamp;
}

/** The workspace at a glance. */
export interface Overview {
  readonly version: string;
  /** Names this history. */
  readonly epoch: string;
  readonly startedAt: Timestamp;
  readonly users: { readonly active: number; readonly deactivated: number; readonly signedIn: number };
  readonly rooms: { readonly public: number; readonly private: number };
  readonly messages: number;
  readonly databaseBytes: number;
  /** At this moment. The connections are those of the server that answers. */
  readonly here: { readonly people: number; readonly connections: number };
  readonly storage: {
    /** As people have sent them, with what is still coming in or about to be removed. */
    readonly files: Readonly<Record<FilePurpose, { readonly count: number; readonly bytes: number }>>;
    /** What files may still take of the disk they are on; null where it is not this server's. */
    readonly freeBytes: number | null;
    /** The quotas: of one file, of all files of one user, of all files. */
    readonly fileBytes: number;
    readonly userBytes: number;
    readonly workspaceBytes: number;
  };
  readonly backup: {
    /** How often the server makes one by itself, and how many it keeps; null: it does not. */
    readonly plan: { readonly everyMs: number; readonly keep: number } | null;
    /** The last that was tried, by anyone; null: none. Without a problem it was made, and proved to be whole. */
    readonly last: {
      readonly at: Timestamp;
      readonly bytes: number;
      readonly missing: number;
      readonly problem?: string;
    } | null;
  };
  readonly settings: {
    readonly signUp: SignUpPolicy;
    readonly fileStore: FileStoreKind;
    /** Whether the server sends mail. */
    readonly mail: boolean;
    /** Null: taken from each request. */
    readonly publicUrl: string | null;
  };
}

/** What a file is there for: on a message, as a person's picture, as the workspace's. */
export type FilePurpose = "attachment" | "avatar" | "picture";

/** Where the bytes of files are kept. */
export type FileStoreKind = "folder" | "s3" | "cloudinary";

/** What somebody's files take. */
export interface StorageRecord {
  readonly user: Author;
  readonly bytes: number;
}
