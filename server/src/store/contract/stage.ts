import type { AuditAct } from "@parley/protocol/audit";
import { parseCalls } from "@parley/protocol/content";
import type { DeltaFrame } from "@parley/protocol/frames";
import {
  type Attachment,
  type FilePurpose,
  type Message,
  type Place,
  type Room,
  type RoomKind,
  roomTopic,
  type Seq,
  type SignUpPolicy,
  type Topic,
  type User,
  type UserId,
  userTopic,
  workspaceTopic,
} from "@parley/protocol/model";
import type { NewSession } from "../accounts.ts";
import type { By, UserAct } from "../administration.ts";
import type { FileFacts, FileQuota } from "../files.ts";
import type { Outcome } from "../outcome.ts";
import type { Store } from "../store.ts";

/** One engine with an empty database, as its test provides it. */
export interface Engine {
  open(): Promise<Store>;
  /** Statements that verbs have run since the last `open`. */
  statements(): number;
  /** Removes what is left. The store is closed. */
  dispose(): Promise<void>;
}

type RoomChanges = Omit<Parameters<Store["putRoom"]>[0], "id" | "anywhere" | "by" | "at">;
type Appended = { readonly message: Message; readonly created: boolean };

/**
 * A store with the people, rooms and clock that tests act with, and a record of all that was announced. `convergence.ts` holds
 * the store to what every test may expect of it.
 */
export class Stage {
  readonly engine: Engine;
  readonly seen: DeltaFrame[] = [];
  store: Store;
  at = Date.UTC(2026, 10, 21);
  readonly quota: FileQuota = { pendingBytes: 10_000, userBytes: 10_000, workspaceBytes: 10_000 };
  #ids = 0;

  static async open(engine: Engine): Promise<Stage> {
    return new Stage(engine, await engine.open());
  }

  private constructor(engine: Engine, store: Store) {
    this.engine = engine;
    this.store = store;
    this.#listen();
  }

  async reopen(): Promise<void> {
    await this.store.close();
    this.store = await this.engine.open();
    this.#listen();
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.engine.dispose();
  }

  /** Sixteen characters after the letter, like ids that the domain makes. */
  newId(letter: "U" | "R" | "S" | "F"): string {
    this.#ids += 1;
    return letter + this.#ids.toString(36).toUpperCase().padStart(16, "0");
  }

  newSession(): NewSession {
    const id = this.newId("S");
    return { id, tokenHash: `hash of ${id}`, userAgent: "Test", address: "::1", expiresAt: this.at + 1_000_000 };
  }

  trySignUp(
    username: string,
    options: {
      readonly email?: string | null;
      readonly pendingEmail?: string | null;
      readonly invite?: string | null;
      readonly session?: NewSession;
      readonly usernameKey?: string;
    } = {},
  ) {
    const { email = null, pendingEmail = null, invite = null, session = this.newSession() } = options;
    return this.store.createAccount({
      userId: this.newId("U"),
      defaultRoomId: this.newId("R"),
      username,
      usernameKey: options.usernameKey ?? username.toLowerCase(),
      displayName: `${username} the tester`,
      email,
      pendingEmail,
      passwordHash: `hash of ${username}`,
      session,
      invite,
      at: this.at,
    });
  }

  async setSignUp(signUp: SignUpPolicy): Promise<void> {
    value(await this.store.putWorkspace({ signUp, by: operator, at: this.at }));
  }

  async signUp(username: string): Promise<User> {
    return value(await this.trySignUp(username));
  }

  /** The first of them founds the workspace. */
  async cast<const Names extends readonly string[]>(...names: Names): Promise<{ readonly [I in keyof Names]: User }> {
    const users: User[] = [];
    for (const name of names) users.push(await this.signUp(name));
    return users as unknown as { readonly [I in keyof Names]: User };
  }

  tryCreateRoom(
    owner: User,
    options: { readonly name?: string; readonly slug?: string | null; readonly kind?: RoomKind } = {},
  ) {
    const { name = "Tea", slug = null, kind = "public" } = options;
    const id = this.newId("R");
    return this.store.createRoom({ id, slug, name, description: "A room", kind, userId: owner.id, at: this.at });
  }

  async createRoom(owner: User, kind: RoomKind = "public", ...members: readonly User[]): Promise<Room> {
    const room = value(await this.tryCreateRoom(owner, { kind }));
    if (members.length > 0) {
      const { code } = await this.invite(room, owner);
      for (const member of members) {
        value(await this.store.redeemInvite({ code, userId: member.id, at: this.at }));
      }
    }
    return room;
  }

  tryOpenDirect(user: User, ...users: readonly string[]) {
    return this.store.openDirectRoom({ id: this.newId("R"), userId: user.id, users, at: this.at });
  }

  async openDirect(user: User, ...others: readonly User[]): Promise<Room> {
    return value(await this.tryOpenDirect(user, ...others.map(({ id }) => id))).room;
  }

  async general(): Promise<Room> {
    const found = await this.store.findRoom({ reference: "general", userId: null });
    if (!found) throw new Error("there is no general room");
    return found.room;
  }

  join(room: Room, user: User) {
    return this.store.putMembership({ roomId: room.id, userId: user.id, at: this.at });
  }

  leave(room: Room, user: User) {
    return this.store.removeMembership({ roomId: room.id, userId: user.id, at: this.at });
  }

  putRoom(room: Pick<Room, "id">, changes: RoomChanges, by: By = operator, anywhere = false) {
    return this.store.putRoom({ id: room.id, ...changes, anywhere, by, at: this.at });
  }

  removeRoom(room: Room, by: By = operator, anywhere = false) {
    return this.store.removeRoom({ id: room.id, anywhere, by, at: this.at });
  }

  revokeInvite(code: string, by: By = operator, anywhere = false) {
    return this.store.revokeInvite({ code, anywhere, by, at: this.at });
  }

  tryInvite(
    room: Room,
    creator: User,
    options: { readonly maxUses?: number; readonly expiresAt?: number; readonly code?: string } = {},
  ) {
    this.#ids += 1;
    return this.store.createInvite({
      code: options.code ?? `code-${this.#ids}`,
      roomId: room.id,
      userId: creator.id,
      expiresAt: options.expiresAt ?? null,
      maxUses: options.maxUses ?? null,
      keep: 100,
      at: this.at,
    });
  }

  async invite(...invite: Parameters<Stage["tryInvite"]>) {
    return value(await this.tryInvite(...invite));
  }

  trySay(
    room: Room,
    author: User,
    content: string,
    options: {
      readonly clientMessageId?: string;
      readonly replyTo?: number;
      readonly attachments?: readonly string[];
      readonly at?: number;
    } = {},
  ): Promise<Outcome<Appended, "not_found" | "room_archived" | "invalid">> {
    return this.store.appendMessage({
      roomId: room.id,
      authorId: author.id,
      content,
      calls: parseCalls(content),
      clientMessageId: options.clientMessageId ?? null,
      replyTo: options.replyTo ?? null,
      attachments: options.attachments ?? [],
      at: options.at ?? this.at,
    });
  }

  async say(room: Room, author: User, content: string): Promise<Message> {
    return value(await this.trySay(room, author, content)).message;
  }

  edit(room: Room, id: number, user: User, content: string) {
    return this.store.editMessage({
      roomId: room.id,
      id,
      userId: user.id,
      content,
      calls: parseCalls(content),
      at: this.at,
    });
  }

  remove(room: Room, id: number, user: User) {
    return this.store.removeMessage({ roomId: room.id, id, userId: user.id, at: this.at });
  }

  read(room: Room, user: User, upTo: number, unread = false) {
    return this.store.setReceipt({ roomId: room.id, userId: user.id, upTo, unread });
  }

  /** The place of a user in a room, which they must be in. */
  async place(room: Room, user: User): Promise<Place> {
    const place = (await this.store.findOwnRoom({ roomId: room.id, userId: user.id }))?.membership;
    if (!place) throw new Error("not in the room");
    return place;
  }

  react(room: Room, id: number, user: User, emoji: string) {
    return this.store.putReaction({ roomId: room.id, id, userId: user.id, emoji });
  }

  unreact(room: Room, id: number, user: User, emoji: string) {
    return this.store.removeReaction({ roomId: room.id, id, userId: user.id, emoji });
  }

  /** An act of the operator on a user as they are now. */
  async actOn(user: User, by: By = operator): Promise<UserAct> {
    const account = await this.store.findAccount({ reference: user.id });
    return { userId: user.id, userRole: account?.role ?? user.role, by, at: this.at };
  }

  /** The newest of the audit log, of one act or person if asked so. */
  recorded(narrowed: { readonly act?: AuditAct; readonly userId?: UserId; readonly before?: number } = {}, limit = 10) {
    return this.store.listAudit({ act: null, userId: null, before: null, ...narrowed, limit });
  }

  /** Claims the quota for a file that is then received. */
  async tryUpload(
    user: User,
    options: {
      readonly room?: Room;
      readonly purpose?: FilePurpose;
      readonly bytes?: number;
      readonly quota?: FileQuota;
    } = {},
  ) {
    const { room = null, purpose = "attachment", bytes = 100, quota = this.quota } = options;
    const id = this.newId("F");
    const input = {
      id,
      purpose,
      userId: user.id,
      roomId: room?.id ?? null,
      name: "notes.txt",
      bytes,
      quota,
      at: this.at,
    };
    return { id, outcome: await this.store.createUpload(input) };
  }

  /** A file that waits for a message. */
  async upload(room: Room, user: User, bytes = 100): Promise<Attachment> {
    const { id, outcome } = await this.tryUpload(user, { room, bytes });
    value(outcome);
    return value(await this.store.finishUpload({ id, facts: this.facts(bytes) }));
  }

  facts(bytes: number): FileFacts {
    return { type: "text/plain", bytes, sha256: "0".repeat(64), width: null, height: null };
  }

  /** The role of a user in a room; null when they are not in it. */
  async roleOf(room: Room, user: User) {
    return (await this.store.findRoom({ reference: room.id, userId: user.id }))?.role ?? null;
  }

  async head(topic: Topic): Promise<Seq> {
    const answer = await this.store.changesSince({ topic, since: 0, limit: 1_000_000 });
    return answer.kind === "changes" ? answer.delta.to : answer.head;
  }

  /** What `run` announced on `topic`. */
  async during(topic: Topic, run: () => Promise<unknown>): Promise<readonly DeltaFrame[]> {
    const before = this.seen.length;
    await run();
    return this.seen.slice(before).filter((delta) => delta.topic === topic);
  }

  #listen(): void {
    this.store.onCommit(({ deltas }) => this.seen.push(...deltas));
  }
}

/** Who acts where it does not matter who does. */
export const operator: By = { userId: null, role: null, address: null };

/** A user as they were when `user` was read: what an act is decided by. */
export const as = ({ id, role }: User): By => ({ userId: id, role, address: null });

/** The value of a write that must have succeeded. */
export function value<T>(outcome: Outcome<T, string>): T {
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal}`);
  return outcome.value;
}

/** Why a write was refused. */
export function refusal(outcome: Outcome<unknown, string>): string {
  if (outcome.ok) throw new Error("it was not refused");
  return outcome.refusal;
}

/** The topics of a user, and of the workspace, by short names. */
export const topicOf = (thing: Room | User | "workspace"): Topic => {
  if (thing === "workspace") return workspaceTopic;
  return "slug" in thing ? roomTopic(thing.id) : userTopic(thing.id);
};
