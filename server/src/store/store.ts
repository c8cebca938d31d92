import type { AlertFacts, AlertReason } from "@parley/protocol/alerts";
import type { DeltaFrame } from "@parley/protocol/frames";
import type {
  Attachment,
  Author,
  FileId,
  InvitePreview,
  Membership,
  Message,
  MessageId,
  NotifyLevel,
  Place,
  Receipt,
  Room,
  RoomId,
  RoomKind,
  RoomRole,
  Seq,
  Session,
  SessionId,
  SignUpPolicy,
  Topic,
  User,
  UserId,
} from "@parley/protocol/model";
import type { SearchQuery, TextRange } from "@parley/protocol/search";
import type { AdministrationReads, AdministrationWrites, By } from "./administration.ts";

/**
 * Everything durable. One engine per folder implements this contract, and `contract/` is the suite that each must
 * pass. The verbs are shaped like use cases: a verb does its whole thing in one transaction, or nothing of it.
 *
 * Promises of every write:
 * - **Durable.** When its promise resolves, it is on disk (fsync), together with its numbers.
 * - **Numbered.** Each change took its topic's next `seq` in the same transaction, in commit order, without gaps.
 * - **Announced.** Its commit was handed to the `onCommit` listener, once, in commit order, before its promise resolved.
 *   Concurrent writes share a commit, and their changes of one topic share a delta.
 * - **Checked inside.** Rights that a write depends on (membership, uses of an invite, a free name) are checked again in
 *   its transaction; a refusal is a returned outcome, never an exception, and changes nothing. An exception is a fault of
 *   the store itself.
 *
 * Times are given by the caller in milliseconds since 1970 and are never used to order anything.
 */
export interface Store extends Reads, Writes, Searches {
  /** Calls `listener` with each commit that changed a topic. At most one listener; set before the first write. */
  onCommit(listener: (commit: Commit) => void): void;
  /** Finishes what was accepted, then releases everything. Later calls reject. */
  close(): Promise<void>;
}

declare const committed: unique symbol;

/** The deltas of one durable commit: at most a few per topic, consecutive. Only an engine makes one. */
export interface Commit {
  readonly deltas: readonly DeltaFrame[];
  readonly [committed]: true;
}

/** A user with what only the server may know. */
export interface Account extends User {
  readonly email: string | null;
  readonly passwordHash: string;
}

/** Who is asking, as found by a session's token. */
export interface SignedIn {
  readonly user: Account;
  readonly session: Session;
}

/** A room as its store knows it, and the asking user's role in it. */
export interface RoomAccess {
  readonly room: Room;
  readonly role: RoomRole | null;
}

export interface WorkspaceRecord {
  readonly name: string;
  readonly picture: FileId | null;
  /** Null until an owner has chosen: then the setting of the environment holds. */
  readonly signUp: SignUpPolicy | null;
  readonly epoch: string;
  readonly userCount: number;
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

export type FilePurpose = "attachment" | "avatar" | "picture";

/** A file in a room, and the asking user's place there. */
export interface FileRecord {
  readonly attachment: Attachment;
  readonly uploadedBy: UserId;
  /** Not on a message yet: its uploader's own business. */
  readonly pending: boolean;
  readonly roomKind: RoomKind;
  readonly roomRole: RoomRole | null;
}

/** What is known of a file once its bytes are stored. */
export interface FileFacts {
  readonly type: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of a picture that has a thumbnail. */
  readonly width: number | null;
  readonly height: number | null;
}

/** What uploads may take, in bytes. */
export interface FileQuota {
  /** Of one user, while they are on no message. */
  readonly pendingBytes: number;
  readonly userBytes: number;
  readonly workspaceBytes: number;
}

export interface MessagePage {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** The room topic's head in the same snapshot. */
  readonly head: Seq;
}

export type HistoryCursor =
  | { readonly before: number }
  | { readonly after: number }
  | { readonly around: number }
  | Record<string, never>;

/** The last of a page of people: their place in the order, whatever they are called by now. */
export interface PeopleCursor {
  readonly name: string;
  readonly id: UserId;
}

/** What changed on a topic, as it is now. `reset` when `since` is too far behind, or ahead of the head. */
export type TopicChanges =
  | { readonly kind: "changes"; readonly delta: DeltaFrame }
  | { readonly kind: "current"; readonly head: Seq }
  | { readonly kind: "reset"; readonly head: Seq };

/** The server's own pair of keys (P-256, base64url): who holds the private one speaks for this server. */
export interface PushKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A browser that wants to be told, as its push service named it. */
export interface PushTarget {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  /** Whether it may be told the words. */
  readonly preview: boolean;
}

/** What became of telling someone of a message while they were away. */
export interface NotificationRecord {
  readonly reason: AlertReason;
  /** `read`: in the moment between. */
  readonly outcome: "pushed" | "failed" | "read";
  /** How many of their browsers took it. */
  readonly devices: number;
  readonly at: number;
}

/** Each read sees one snapshot. On SQLite it runs to its end without yielding to the event loop. */
export interface Reads extends AdministrationReads, NotificationReads {
  getWorkspace(input: Record<string, never>): Promise<WorkspaceRecord>;
  /** By user name or e-mail address, both without regard to case. */
  findAccountByLogin(input: { readonly login: string }): Promise<Account | null>;
  /** By id or user name, the latter without regard to case; as everyone sees them. */
  findUser(input: { readonly reference: string }): Promise<User | null>;
  /** Null for an unknown, revoked or expired token. */
  findSession(input: { readonly tokenHash: string; readonly at: number }): Promise<SignedIn | null>;
  /** Open sessions of a user, latest seen first. */
  listSessions(input: { readonly userId: UserId; readonly at: number }): Promise<readonly Session[]>;
  /** `reference` is an id or a slug. Null when it does not exist; whether it may be seen is the caller's question. */
  findRoom(input: { readonly reference: string; readonly userId: UserId | null }): Promise<RoomAccess | null>;
  /** A member's own place, with counts; null when they are not in the room. */
  findPlace(input: { readonly roomId: RoomId; readonly userId: UserId }): Promise<Place | null>;
  /** How far those members have read who share it, by user name; empty in a room of more than `limits.receiptMembers`. */
  listReceipts(input: { readonly roomId: RoomId }): Promise<readonly Receipt[]>;
  /** Who of them, but its author, has read a message. */
  listReaders(input: { readonly roomId: RoomId; readonly id: MessageId }): Promise<readonly Author[]>;
  /** The user's rooms and the public rooms they could join, by name, with the positions that continue this snapshot. */
  listRooms(input: {
    readonly userId: UserId;
  }): Promise<{ readonly rooms: readonly Room[]; readonly workspaceHead: Seq; readonly userHead: Seq }>;
  /** Every topic that the user may follow, with its head. */
  listTopics(input: { readonly userId: UserId }): Promise<readonly { readonly topic: Topic; readonly head: Seq }[]>;
  /** Current members by user name; `cursor` is the last user name of the page before. */
  listMembers(input: {
    readonly roomId: RoomId;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<{ readonly members: readonly Membership[]; readonly cursor: string | null }>;
  /**
   * People by name, without regard to case and accents. With a `query`, those of whose name (shown name and user name)
   * each of its words begins a word.
   */
  listPeople(input: {
    readonly query: string;
    readonly cursor: PeopleCursor | null;
    readonly limit: number;
  }): Promise<{ readonly users: readonly User[]; readonly cursor: PeopleCursor | null }>;
  /** Null when unknown, expired, used up or revoked, or when its room is gone. */
  findInvite(input: {
    readonly code: string;
    readonly userId: UserId | null;
    readonly at: number;
  }): Promise<{ readonly invite: InviteRecord; readonly preview: InvitePreview; readonly roomKind: RoomKind } | null>;
  /** Usable invites of a room, newest first. */
  listInvites(input: { readonly roomId: RoomId; readonly at: number }): Promise<readonly InviteRecord[]>;
  findMessage(input: { readonly roomId: RoomId; readonly id: MessageId }): Promise<Message | null>;
  /** The newest page without a cursor. Cost does not grow with the room. */
  listMessages(input: {
    readonly roomId: RoomId;
    readonly cursor: HistoryCursor;
    readonly limit: number;
  }): Promise<MessagePage>;
  /** A file whose bytes are stored, pending or on a message. Null once it is removed, with its message or its room. */
  findFile(input: { readonly id: FileId; readonly userId: UserId }): Promise<FileRecord | null>;
  /** Whether these are the bytes of someone's present avatar, or of the workspace's present picture. */
  hasPicture(input: { readonly id: FileId; readonly purpose: "avatar" | "picture" }): Promise<boolean>;
  /** Files whose bytes wait to be removed, by id, from the first after `after`. */
  listRemovedFiles(input: { readonly after: FileId; readonly limit: number }): Promise<readonly FileId[]>;
  /** Each thing of `topic` that changed after `since`, as it is now; at most `limit` things, else a reset. */
  changesSince(input: { readonly topic: Topic; readonly since: Seq; readonly limit: number }): Promise<TopicChanges>;
}

/**
 * Full text is each engine's own affair; what fits a query is decided by `matchMessage` everywhere. A message is found from
 * the moment at which its write is acknowledged, as it is now, and only where the user is a member in the same snapshot.
 */
export interface Searches {
  /** Newest first. A page may be short, or empty, and still have a cursor: then there is more to look through. */
  searchMessages(input: SearchInput): Promise<SearchPage>;
}

export interface SearchInput {
  readonly userId: UserId;
  readonly query: SearchQuery;
  /** Only in this room. */
  readonly roomId: RoomId | null;
  /** The cursor of the page before. */
  readonly before: number | null;
  readonly limit: number;
}

export interface SearchPage {
  readonly hits: readonly SearchHit[];
  readonly cursor: number | null;
}

export interface SearchHit {
  readonly message: Message;
  readonly room: Room;
  readonly highlights: readonly TextRange[];
}

export interface NotificationReads {
  getPushKeys(input: Record<string, never>): Promise<PushKeys | null>;
  /** Of an open session. */
  findPushTarget(input: { readonly sessionId: SessionId; readonly at: number }): Promise<PushTarget | null>;
  /**
   * Members whom a message may call and who have a browser to push to, with the facts that decide, by user. At most
   * `limit` browsers. Empty when the message is gone.
   */
  listAlertable(input: {
    readonly roomId: RoomId;
    readonly messageId: MessageId;
    readonly limit: number;
    readonly at: number;
  }): Promise<readonly { readonly userId: UserId; readonly facts: AlertFacts; readonly target: PushTarget }[]>;
  /** The facts of one member, and what was done. Null when they may not see the message. */
  findAlert(input: {
    readonly roomId: RoomId;
    readonly messageId: MessageId;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<{
    readonly facts: AlertFacts;
    readonly record: NotificationRecord | null;
    /** Browsers that could be pushed to now. */
    readonly devices: number;
  } | null>;
}

export interface NewSession {
  readonly id: SessionId;
  readonly tokenHash: string;
  readonly userAgent: string;
  readonly address: string;
  readonly expiresAt: number;
}

/** Names that a content calls, in lower case, at most `limits.mentionsPerMessage`: members', or `all` and `here`. */
export type Calls = readonly string[];

export interface NotificationWrites {
  /** Keeps the first pair for ever, and answers it. */
  putPushKeys(input: PushKeys): Promise<PushKeys>;
  /** One for each session; an endpoint belongs to the session that named it last. */
  putPushTarget(input: {
    readonly sessionId: SessionId;
    readonly userId: UserId;
    readonly target: PushTarget;
    readonly at: number;
  }): Promise<Outcome<null, "not_signed_in">>;
  removePushTarget(input: { readonly sessionId: SessionId }): Promise<null>;
  /** Forgets browsers that are gone. */
  removePushEndpoints(input: { readonly endpoints: readonly string[] }): Promise<null>;
  /** Keeps what was decided, and forgets what was decided before `keepFrom`. */
  recordNotifications(input: {
    readonly roomId: RoomId;
    readonly messageId: MessageId;
    readonly decided: readonly (NotificationRecord & { readonly userId: UserId })[];
    readonly keepFrom: number;
  }): Promise<null>;
}

export interface Writes extends AdministrationWrites, NotificationWrites {
  /**
   * Creates an account, its first session and its membership of the default room; redeems `invite` if given. The first
   * account ever becomes the owner, founds the workspace's default room `general`, and needs no invite.
   */
  createAccount(input: {
    readonly userId: UserId;
    /** The id that the default room gets if this is the first account. */
    readonly defaultRoomId: RoomId;
    readonly username: string;
    /** Look-alike names have the same key; keys are unique. */
    readonly usernameKey: string;
    readonly displayName: string;
    readonly email: string | null;
    readonly passwordHash: string;
    readonly session: NewSession;
    readonly invite: string | null;
    readonly policy: SignUpPolicy;
    readonly at: number;
  }): Promise<Outcome<User, "username_taken" | "email_taken" | "sign_up_closed" | "invite_unusable" | "limit_reached">>;
  /**
   * Keeps at most `keep` open sessions of a user: the longest unseen are revoked. Refused when `passwordHash`, which was
   * verified before, is no longer theirs, or when they are deactivated.
   */
  createSession(input: {
    readonly userId: UserId;
    readonly passwordHash: string;
    readonly session: NewSession;
    readonly keep: number;
    readonly at: number;
  }): Promise<Outcome<Session, "bad_credentials">>;
  touchSession(input: { readonly id: SessionId; readonly expiresAt: number; readonly at: number }): Promise<null>;
  /** Revokes one session of this user. */
  revokeSession(input: {
    readonly id: SessionId;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<Outcome<null, "not_found">>;
  putUser(input: {
    readonly userId: UserId;
    readonly displayName?: string;
    readonly status?: string | null;
    readonly email?: string | null;
    readonly sharesReceipts?: boolean;
  }): Promise<Outcome<User, "email_taken">>;
  /** `not_allowed` when the actor has another role by now. */
  putWorkspace(input: {
    readonly name?: string;
    readonly signUp?: SignUpPolicy;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<null, "not_allowed">>;

  /** Its creator becomes its owner. A missing slug is made from `name`, with a number when taken. */
  createRoom(input: {
    readonly id: RoomId;
    readonly slug: string | null;
    readonly name: string;
    readonly description: string;
    readonly kind: RoomKind;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<Outcome<Room, "slug_taken" | "limit_reached">>;
  putRoom(input: {
    readonly id: RoomId;
    readonly name?: string;
    readonly slug?: string;
    readonly description?: string;
    readonly kind?: RoomKind;
    /** To false takes it back into use. Archiving again changes nothing; the default room cannot be archived. */
    readonly archiving?: { readonly to: boolean; readonly by: By; readonly at: number };
  }): Promise<Outcome<Room, "slug_taken" | "not_found" | "not_allowed">>;
  /** Ends all memberships and hides everything in it at once; `purgeRooms` then removes the rows. */
  removeRoom(input: {
    readonly id: RoomId;
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
  /** The same level again changes nothing. */
  putNotifyLevel(input: {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly notifyLevel: NotifyLevel;
  }): Promise<Outcome<Place, "not_found">>;
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
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<null, "invite_unusable">>;
  /** Counts a use exactly when it makes a new member: never more than allowed, and none for who is in already. */
  redeemInvite(input: {
    readonly code: string;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<Outcome<Room, "invite_unusable" | "limit_reached">>;

  /**
   * Appends a message under the room's next id. `(author, clientMessageId)` is unique for ever: a repeat returns the
   * first message as it is now, with `created` false, and announces nothing. `createdAt` never runs backwards in a room.
   * Whoever of `calls` is a member is mentioned; everyone, where few are or (`mayCallAll`) the caller has found an admin. The author's receipt goes along if it stood at the message before.
   */
  appendMessage(input: {
    readonly roomId: RoomId;
    readonly authorId: UserId;
    readonly content: string;
    readonly calls: Calls;
    readonly mayCallAll: boolean;
    readonly clientMessageId: string | null;
    readonly replyTo: MessageId | null;
    /** Pending uploads of this author to this room, at most `limits.attachmentsPerMessage`, none twice; else `invalid`. */
    readonly attachments: readonly FileId[];
    readonly at: number;
  }): Promise<
    Outcome<{ readonly message: Message; readonly created: boolean }, "not_found" | "room_archived" | "invalid">
  >;
  /** Only its author, while a member. The same content again changes nothing. */
  editMessage(input: {
    readonly roomId: RoomId;
    readonly id: MessageId;
    readonly userId: UserId;
    readonly content: string;
    readonly calls: Calls;
    readonly mayCallAll: boolean;
    readonly at: number;
  }): Promise<Outcome<Message, "not_found" | "not_allowed" | "message_deleted" | "room_archived">>;
  /** Its author, or (`asAdmin`) whoever the caller has found to be an admin, while a member. Idempotent. */
  removeMessage(input: {
    readonly roomId: RoomId;
    readonly id: MessageId;
    readonly userId: UserId;
    readonly asAdmin: boolean;
    readonly at: number;
  }): Promise<Outcome<Message, "not_found" | "not_allowed">>;
  /** One per user, message and emoji: a repeat changes nothing. Its message changes with it, as all its readers see. */
  putReaction(input: {
    readonly roomId: RoomId;
    readonly id: MessageId;
    readonly userId: UserId;
    readonly emoji: string;
  }): Promise<Outcome<Message, "not_found" | "message_deleted" | "room_archived" | "limit_reached">>;
  /** Idempotent. An emoji keeps its place among the others until nobody is left who put it there. */
  removeReaction(input: {
    readonly roomId: RoomId;
    readonly id: MessageId;
    readonly userId: UserId;
    readonly emoji: string;
  }): Promise<Outcome<Message, "not_found" | "message_deleted" | "room_archived">>;

  /**
   * Claims `bytes` of the quota for a file, before the first of them is stored. An attachment has a room, which its uploader
   * must be in. Whoever receives the bytes then finishes the upload or drops the file; what neither happens to expires.
   */
  createUpload(input: {
    readonly id: FileId;
    readonly purpose: FilePurpose;
    readonly userId: UserId;
    readonly roomId: RoomId | null;
    readonly name: string;
    readonly bytes: number;
    readonly quota: FileQuota;
    readonly at: number;
  }): Promise<Outcome<null, "not_found" | "limit_reached">>;
  /** Makes an attachment pending. Its uploader must still be in the room. */
  finishUpload(input: { readonly id: FileId; readonly facts: FileFacts }): Promise<Outcome<Attachment, "not_found">>;
  /** Puts a received avatar in place of the one before, whose bytes are then removed; null takes it away. */
  putAvatar(input: {
    readonly userId: UserId;
    readonly file: { readonly id: FileId; readonly facts: FileFacts } | null;
  }): Promise<Outcome<User, "not_found">>;
  /** Likewise the workspace's picture, as `putWorkspace`. */
  putPicture(input: {
    readonly file: { readonly id: FileId; readonly facts: FileFacts } | null;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<null, "not_found" | "not_allowed">>;
  /** Takes back a pending upload of this user. */
  removeUpload(input: { readonly id: FileId; readonly userId: UserId }): Promise<Outcome<null, "not_found">>;
  /** Removes up to `limit` uploads begun before a moment that are on no message. True when there may be more. */
  expireUploads(input: { readonly before: number; readonly limit: number }): Promise<boolean>;
  /** Forgets a file whose bytes are gone. */
  dropFile(input: { readonly id: FileId }): Promise<null>;
}

/** What a write came to: done, or refused for one of the reasons that its caller must answer. */
export type Outcome<T, Refusal extends string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };
