import type { PeoplePage } from "@parley/protocol/http/accounts";
import type { SearchPage } from "@parley/protocol/http/messages";
import type { Notification, Push, PushTest } from "@parley/protocol/http/notifications";
import type { MemberPage } from "@parley/protocol/http/rooms";
import type {
  Attachment,
  Author,
  FileId,
  Invite,
  InvitePreview,
  Membership,
  Message,
  MessageId,
  NotifyLevel,
  Presence,
  Reaction,
  Room,
  RoomId,
  RoomKind,
  RoomRole,
  Session,
  SessionId,
  SignUpPolicy,
  User,
  UserId,
  Workspace,
} from "@parley/protocol/model";
import type { ConnectionStatus } from "@parley/sdk/connection";
import type { Method } from "@parley/sdk/http";
import { createContext, useContext } from "solid-js";

export type { ConnectionStatus };

/**
 * Everything a screen may know and do. Reads are reactive (Solid tracks them); verbs return when the server has
 * answered and throw `ParleyError`, except where they say that they show their result at once.
 */
export interface Client {
  /** What to show: the server is being asked, cannot be reached, knows nobody here, or knows who this is. */
  phase(): "loading" | "unreachable" | "signed-out" | "signed-in";
  status(): ConnectionStatus;
  workspace(): Workspace;
  /** Whether the server can mail a reset link. */
  mail(): boolean;
  /** The signed-in user. Only where `phase` is `signed-in`. */
  me(): User;

  retryNow(): void;
  signUp(input: SignUpInput): Promise<User>;
  signIn(input: { readonly login: string; readonly password: string }): Promise<User>;
  signOut(): Promise<void>;
  /** Uses a reset link up: sets the password and signs in. */
  resetPassword(input: { readonly token: string; readonly password: string }): Promise<User>;
  /** The HTTP interface itself, for parts that are loaded when they are used. */
  ask<T>(method: Method, path: string, body?: object): Promise<T>;
  editMe(changes: {
    readonly displayName?: string;
    readonly status?: string | null;
    readonly sharesReceipts?: boolean;
  }): Promise<User>;
  /** Gives me another address, or none. Where there is mail it waits for its link, as `pendingEmail`. */
  changeEmail(input: { readonly email: string | null; readonly password: string }): Promise<void>;
  /** Sends a picture of oneself; `onProgress` is told how much of it is there, from 0 to 1. */
  putAvatar(picture: Blob, onProgress: (part: number) => void): Promise<User>;
  removeAvatar(): Promise<User>;
  editWorkspace(changes: { readonly name?: string; readonly signUp?: SignUpPolicy }): Promise<void>;
  /** The same for the workspace. */
  putWorkspacePicture(picture: Blob, onProgress: (part: number) => void): Promise<void>;
  removeWorkspacePicture(): Promise<void>;
  listSessions(): Promise<readonly Session[]>;
  revokeSession(id: SessionId): Promise<void>;

  /** Rooms I am in, by name; without direct ones. */
  rooms(): readonly Room[];
  /**
   * Direct rooms that I opened, or in which something was said, and that I have not put away: the latest first. Their names
   * are those of their people.
   */
  directRooms(): readonly Room[];
  /** Public rooms that I could join, by name. */
  joinableRooms(): readonly Room[];
  /** Archived rooms that I am in or could see, by name. They are in no other list. */
  archivedRooms(): readonly Room[];
  /** Whether the list of rooms has been loaded. */
  roomsReady(): boolean;
  findRoom(slugOrId: string): Room | undefined;
  /** A room as it was when someone removed me from it, while I am not back in it. */
  removedFrom(slugOrId: string): Room | undefined;
  createRoom(input: {
    readonly name: string;
    readonly kind: RoomKind;
    readonly description?: string;
    readonly slug?: string;
  }): Promise<Room>;
  /** The one direct room that these people (ids or user names) and I have; my own with nobody else but me. */
  openDirectRoom(users: readonly string[]): Promise<Room>;
  editRoom(
    id: RoomId,
    changes: {
      readonly name?: string;
      readonly slug?: string;
      readonly description?: string;
      readonly kind?: RoomKind;
      readonly archived?: boolean;
    },
  ): Promise<Room>;
  deleteRoom(id: RoomId): Promise<void>;
  joinRoom(id: RoomId): Promise<Room>;
  leaveRoom(id: RoomId): Promise<void>;
  /** Gives a member another role. With `owner` the room is handed over, and its owner of now becomes an admin. */
  setRole(room: RoomId, user: UserId, role: RoomRole): Promise<void>;
  removeMember(room: RoomId, user: UserId): Promise<void>;
  /** The role that a member has now: what came with a list may be older. */
  roleOf(member: Membership): RoomRole;
  /** One page of everyone here, by name; with a query, of those whose names fit. */
  listPeople(query: string, cursor?: string): Promise<PeoplePage>;
  /** One page of a room's members, by user name; with a query, of those whose names fit. */
  listMembers(id: RoomId, query: string, cursor?: string, signal?: AbortSignal): Promise<MemberPage>;

  /** Someone under their name of now, and with their picture: what came with a list may be older. */
  person(author: Author): Author;
  /** Whoever is known by a user name, in lower case. */
  personNamed(username: string): Author | undefined;
  /** All of someone, by id or user name. */
  getUser(reference: string): Promise<User>;
  /** The same without asking, if anything of them has changed meanwhile. Newer than what was asked for before. */
  knownUser(id: UserId): User | undefined;

  listInvites(room: RoomId): Promise<readonly Invite[]>;
  createInvite(
    room: RoomId,
    options?: { readonly expiresAt?: string | null; readonly maxUses?: number | null },
  ): Promise<Invite>;
  revokeInvite(code: string): Promise<void>;
  previewInvite(code: string): Promise<InvitePreview>;
  redeemInvite(code: string): Promise<Room>;

  /** All that is in a room now is read. Shown at once, and told as soon as the server can be reached. */
  markRead(room: RoomId): void;
  /** The room counts as unread from this message on. Likewise. */
  markUnread(room: RoomId, from: MessageId): void;
  /** How many rooms have something unread, and how many messages call me, each room as loudly as I have let it. */
  unreadTotals(): { readonly rooms: number; readonly calls: number };
  /** Shown at once. */
  setNotifyLevel(room: RoomId, level: NotifyLevel): Promise<void>;
  /** Takes a direct room out of my list, until something newer is said in it or I open it again. Shown at once. */
  hideRoom(room: RoomId): Promise<void>;
  /**
   * How far people in a small room have read, of those who share it; reactive, and asked for on first use. Only while the
   * room's timeline is ready.
   */
  receiptsOf(room: RoomId): ReadonlyMap<UserId, MessageId>;
  /** Who has read a message of a small room, of those who share it. */
  listReaders(room: RoomId, id: MessageId): Promise<readonly Author[]>;

  /** The history of a room, loading its newest page on first use. */
  timeline(room: RoomId): Timeline;
  /**
   * Keeps the message, shows it as pending, and keeps sending it until the server has answered. It takes the room's draft
   * and uploads along, and does not begin before they are ready. Returns when it is kept; where it cannot be, throws, and
   * the draft is as it was.
   */
  sendMessage(room: RoomId, content: string): Promise<void>;
  /** Messages, changes and deletions that are not sent yet, in any room, in the order in which they were made. */
  unsent(): readonly Unsent[];
  /** Whether what is not sent yet outlives this page. */
  unsentLasts(): Promise<boolean>;
  /** Sends one that has failed again. */
  retryUnsent(key: string): Promise<void>;
  /** Gives a message that is not sent other content, and sends it. Should it turn out to be sent, it is changed there. */
  changeUnsent(key: string, content: string): Promise<void>;
  /** Gives one up. Should a message turn out to be sent, it is deleted there. */
  discardUnsent(key: string): Promise<void>;
  /** Keeps the change and shows it, as `sendMessage` does. */
  editMessage(room: RoomId, id: MessageId, content: string): Promise<void>;
  deleteMessage(room: RoomId, id: MessageId): Promise<void>;
  /** The reactions of a message as I see them: with what I have just pressed. */
  reactions(message: Message): readonly ShownReaction[];
  /** Puts my emoji on a message, or takes it off. Shows at once, and is sent until the server has answered. */
  toggleReaction(message: Message, emoji: string): Promise<void>;
  /** Someone in a room, as far as they are known; who is not is asked for. */
  findPerson(room: RoomId, id: UserId): Author | undefined;

  /** What is written but not sent in a room. */
  draft(room: RoomId): string;
  setDraft(room: RoomId, text: string): void;

  /** Files that go along with what is written in a room: already on their way, or there. */
  uploads(room: RoomId): readonly Upload[];
  /** Adds to them. Answers why some were left out, if any were. */
  addUploads(room: RoomId, files: readonly File[]): string | null;
  retryUpload(upload: Upload): void;
  /** Cancels it, or takes it back. */
  removeUpload(upload: Upload): void;
  /** A file that was chosen here, of which the server may not have a picture yet. */
  localFile(id: FileId): File | undefined;
  /** Whether and how the server may push to this browser. */
  getPush(): Promise<Push>;
  subscribePush(address: {
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
    readonly preview: boolean;
  }): Promise<void>;
  unsubscribePush(): Promise<void>;
  testPush(): Promise<PushTest>;
  explainNotification(room: RoomId, id: MessageId): Promise<Notification>;
  /** Tells `listener` of each new message of others as it arrives, in any of my rooms. Answers how to stop. */
  onArrival(listener: (message: Message) => void): () => void;

  /** What fits a query in the rooms I am in, newest first; after a page's cursor, older ones. */
  searchMessages(query: string, cursor?: string): Promise<SearchPage>;

  /** Others who are writing in a room now, longest first. */
  typing(room: RoomId): readonly Author[];
  /** How someone is now; undefined while that is not known. Whoever reads it in a reactive scope looks at them. */
  presence(user: UserId): Presence | undefined;
  /** I am using this page; call it on every input, it is throttled inside. After some minutes without it I am away. */
  noteUse(): void;
  /** Tells the others that I am writing; call it on every input, it is throttled inside. */
  notifyTyping(room: RoomId): void;
}

/** What the server does not know yet: a message, or what its author has made of one. */
export interface Unsent {
  readonly key: string;
  readonly kind: "send" | "edit" | "delete";
  readonly room: RoomId;
  /** The message that it changes. */
  readonly id?: MessageId;
  /** Empty where a message is deleted. */
  readonly content: string;
  readonly attachments?: readonly Attachment[];
  readonly createdAt: string;
  /** Why it is not being sent; null while it waits. */
  readonly failure: string | null;
}

export interface Upload {
  readonly key: string;
  readonly name: string;
  readonly bytes: number;
  /** Null once the page was loaded again: then it is on the server. */
  readonly file: File | null;
  state(): UploadState;
}

export type UploadState =
  | { readonly kind: "waiting" }
  /** `part` of it is there, from 0 to 1. */
  | { readonly kind: "sending"; readonly part: number }
  | { readonly kind: "ready"; readonly attachment: Attachment }
  | { readonly kind: "failed"; readonly reason: string; readonly retryable: boolean };

export interface ShownReaction extends Reaction {
  readonly mine: boolean;
}

export interface SignUpInput {
  readonly username: string;
  readonly password: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly invite?: string;
}

export interface Timeline {
  state(): "loading" | "ready" | "failed";
  /** Oldest first: confirmed messages without gaps, then those still being sent. */
  entries(): readonly Entry[];
  /** Whether there are older messages on the server. */
  hasOlder(): boolean;
  loadingOlder(): boolean;
  /** Puts one older page in front. Several calls at once load one page. */
  loadOlder(): Promise<void>;
  /** Whether this is a part of the past: what is new is not in it, nor what is being sent. `reload` leads back. */
  hasNewer(): boolean;
  /** Puts one newer page behind. Several calls at once load one page. */
  loadNewer(): Promise<void>;
  /** Goes to the part around a message, unless the message is here already. Throws, and stays, when that fails. */
  loadAround(id: MessageId): Promise<void>;
  /** Loads the newest page anew. */
  reload(): void;
  /**
   * Says where its reader is: at a message, or null for the end. Should the history have to begin anew, it does so around
   * that message. Answers how to stop.
   */
  keepPlace(place: () => MessageId | null): () => void;
  /** The newest message that was known before the history had to begin anew, if the one after it is not loaded. */
  brokenAfter(): MessageId | null;
}

/**
 * One line of a timeline. The object stays the same from the moment it is shown: a pending message becomes the sent one
 * in place, an edit changes `message()`, so a list that is keyed by entries redraws only what changed.
 */
export interface Entry {
  /** Unique in its room and unchanging. */
  readonly key: string;
  message(): Message;
  delivery(): Delivery;
  /** What its author has made of it, and the server does not know yet. Shown in its message, unless it has failed. */
  change(): Change | null;
}

export interface Change {
  readonly key: string;
  readonly kind: "edit" | "delete";
  readonly content: string;
  /** Why it is not being sent; null while it waits. */
  readonly failure: string | null;
}

/** A message that is not `sent` has the id 0, and the time of this computer. */
export type Delivery =
  | { readonly kind: "sent" }
  | { readonly kind: "pending" }
  | { readonly kind: "failed"; readonly reason: string };

export const canAdminister = (me: User, room: Room): boolean => {
  const role: RoomRole | undefined = room.membership?.role;
  if (room.kind === "direct") return false;
  return role === "owner" || role === "admin" || (role !== undefined && me.role !== "member");
};

export const ClientContext = createContext<Client>();

/** The client of this page. Only below its provider in `main.tsx`. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("no client is provided");
  return client;
}
