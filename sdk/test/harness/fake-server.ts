import { isBlank, parseCalls } from "@parley/protocol/content";
import { ParleyError } from "@parley/protocol/errors";
import type { Changes, DeltaFrame, ResetFrame } from "@parley/protocol/frames";
import type { MessagePage, OwnReactions } from "@parley/protocol/http/messages";
import { limits } from "@parley/protocol/limits";
import {
  type Author,
  type GoneRoom,
  type Membership,
  type Message,
  type MessageId,
  type Place,
  type Receipt,
  type Room,
  type RoomId,
  type RoomRole,
  roomTopic,
  type Seq,
  type Topic,
  type User,
  type UserId,
  userTopic,
  workspaceTopic,
} from "@parley/protocol/model";

/** A thing with the number of its latest change on one topic. */
interface Numbered<T> {
  readonly seq: Seq;
  readonly thing: T;
}

interface TopicState {
  head: Seq;
  readonly rooms: Map<RoomId, Numbered<Room | GoneRoom>>;
  readonly memberships: Map<string, Numbered<Membership>>;
  readonly users: Map<UserId, Numbered<User>>;
  readonly receipts: Map<RoomId, Numbered<Receipt>>;
}

const startedAt = "2026-11-20T12:00:00.000Z";
const resumeChanges = 50;

/** What the real server promises, in memory and in little: numbered topics, state-based catch-up, exactly-once sends. */
export class FakeServer {
  epoch = "epoch-1";
  workspace = { name: "Test", signUp: "open", firstRun: false } as const;
  /** What one file may have. */
  fileBytes = 100 * 2 ** 20;
  readonly users = new Map<UserId, User>();
  readonly rooms = new Map<RoomId, Room>();
  readonly #messages = new Map<RoomId, Message[]>();
  readonly #members = new Map<RoomId, Map<UserId, Membership>>();
  readonly #receipts = new Map<string, number>();
  /** Everyone who put an emoji on a message, in their order. */
  readonly #reacted = new Map<string, UserId[]>();
  readonly #topics = new Map<Topic, TopicState>();
  readonly #onDelta: (delta: DeltaFrame) => void;

  constructor(onDelta: (delta: DeltaFrame) => void) {
    this.#onDelta = onDelta;
  }

  addUser(id: UserId, username: string): User {
    const user: User = { id, username, displayName: username, kind: "person", role: "member", createdAt: startedAt };
    this.users.set(id, user);
    return user;
  }

  rename(id: UserId, displayName: string): User {
    return this.change(id, { displayName });
  }

  /** What is `undefined` is taken away. */
  change(id: UserId, changes: { readonly [K in keyof User]?: User[K] | undefined }): User {
    const entries = Object.entries({ ...this.#user(id), ...changes }).filter(([, value]) => value !== undefined);
    const user = Object.fromEntries(entries) as unknown as User;
    this.users.set(id, user);
    this.#announce(userTopic(id), { users: [user] });
    const { email: _, emailVerified: __, pendingEmail: ___, sharesReceipts: ____, ...seen } = user;
    this.#announce(workspaceTopic, { users: [seen] });
    return user;
  }

  addRoom(id: RoomId, kind: Room["kind"], owner: UserId, name = id.toLowerCase()): Room {
    const slug = name.toLowerCase();
    const base = { id, slug, name, description: "", kind, createdBy: owner, createdAt: startedAt };
    const room: Room = { ...base, memberCount: 0, lastMessageId: 0 };
    this.rooms.set(id, room);
    this.#messages.set(id, []);
    this.#members.set(id, new Map());
    this.join(id, owner, "owner");
    if (kind === "public") this.#announce(workspaceTopic, { rooms: [this.#room(id)] });
    return this.#room(id);
  }

  addDirectRoom(id: RoomId, ...people: readonly [UserId, ...UserId[]]): Room {
    const users = people.map((user) => this.#author(user));
    const base = { id, slug: id.toLowerCase(), name: "", description: "", kind: "direct" as const };
    this.rooms.set(id, {
      ...base,
      createdBy: people[0],
      createdAt: startedAt,
      memberCount: 0,
      lastMessageId: 0,
      users,
    });
    this.#messages.set(id, []);
    this.#members.set(id, new Map());
    for (const user of people) this.join(id, user);
    return this.#room(id);
  }

  editRoom(id: RoomId, changes: Partial<Room>): Room {
    const before = this.#room(id);
    const room = { ...before, ...changes };
    this.rooms.set(id, room);
    this.#announce(roomTopic(id), { rooms: [room] });
    if (room.kind === "public") this.#announce(workspaceTopic, { rooms: [room] });
    else if (before.kind === "public") this.#announce(workspaceTopic, { rooms: [{ id, gone: true }] });
    return room;
  }

  /** An archived room is in use again. */
  revive(id: RoomId): void {
    const { archivedAt: _, ...room } = this.#room(id);
    this.rooms.set(id, room);
    this.editRoom(id, {});
  }

  removeRoom(id: RoomId): void {
    const { kind } = this.#room(id);
    this.rooms.delete(id);
    this.#announce(roomTopic(id), { rooms: [{ id, gone: true }] });
    this.#members.delete(id);
    if (kind === "public") this.#announce(workspaceTopic, { rooms: [{ id, gone: true }] });
  }

  join(id: RoomId, user: UserId, role: RoomRole = "member"): Room {
    this.#members.get(id)?.set(user, { room: id, user: this.#author(user), role, joinedAt: startedAt });
    this.#receipts.set(`${id} ${user}`, this.#room(id).lastMessageId);
    this.#announceMember(id, user, 1);
    return this.roomOf(id, user);
  }

  leave(id: RoomId, user: UserId, removed = false): void {
    const membership = this.#members.get(id)?.get(user);
    if (!membership) return;
    this.#members.get(id)?.delete(user);
    this.#announceMember(id, user, -1, { ...membership, leftAt: startedAt, ...(removed && { removed }) });
  }

  setRole(id: RoomId, user: UserId, role: RoomRole): void {
    const membership = this.#members.get(id)?.get(user);
    if (!membership) return;
    const changed = { ...membership, role };
    this.#members.get(id)?.set(user, changed);
    this.#announce(roomTopic(id), { memberships: [changed] });
    this.#announce(userTopic(user), { memberships: [changed] });
  }

  send(
    id: RoomId,
    author: UserId,
    content: string,
    clientMessageId?: string,
    createdAt = startedAt,
    attachments: readonly string[] = [],
  ): Message {
    this.requireMember(id, author);
    const messages = this.messages(id);
    const repeated = messages.find((m) => m.author.id === author && m.clientMessageId === clientMessageId);
    if (repeated && clientMessageId !== undefined) return repeated;
    if (isBlank(content) && attachments.length === 0) throw new ParleyError("blank_message");
    const message: Message = {
      id: messages.length + 1,
      room: id,
      seq: this.head(roomTopic(id)) + 1,
      author: this.#author(author),
      content,
      createdAt,
      ...(clientMessageId !== undefined && { clientMessageId }),
      ...(attachments.length > 0 && {
        attachments: attachments.map((file) => ({ id: file, name: file, type: "image/png", bytes: 3 })),
      }),
      ...this.#mentions(id, content),
    };
    messages.push(message);
    this.rooms.set(id, { ...this.#room(id), lastMessageId: message.id, lastMessageAt: message.createdAt });
    this.#announce(roomTopic(id), { messages: [message] });
    if (this.#receipts.get(`${id} ${author}`) === message.id - 1) this.setReceipt(id, author, message.id);
    return message;
  }

  /** As far as `upTo`; back only when it marks as unread. */
  setReceipt(id: RoomId, user: UserId, upTo: number, unread = false): void {
    this.requireMember(id, user);
    const before = this.#receipts.get(`${id} ${user}`) ?? 0;
    const asked = Math.min(upTo, this.#room(id).lastMessageId);
    const next = unread ? asked : Math.max(before, asked);
    if (next === before) return;
    this.#receipts.set(`${id} ${user}`, next);
    this.#announce(userTopic(user), { receipts: [{ room: id, user, upTo: next }] });
  }

  edit(id: RoomId, messageId: number, content: string): Message {
    return this.#change(id, messageId, { content, editedAt: startedAt, ...this.#mentions(id, content) });
  }

  remove(id: RoomId, messageId: number): Message {
    return this.#change(id, messageId, { content: "", deletedAt: startedAt });
  }

  react(id: RoomId, messageId: number, user: UserId, emoji: string, on: boolean): Message {
    const before = this.messages(id)[messageId - 1];
    if (!before) throw new ParleyError("not_found");
    const known = before.reactions?.find((reaction) => reaction.emoji === emoji);
    const key = `${id} ${messageId} ${emoji}`;
    const reacted = this.#reacted.get(key) ?? [];
    if (reacted.includes(user) === on) return before;
    const users = reacted.filter((other) => other !== user);
    if (on) users.push(user);
    this.#reacted.set(key, users);
    const changed = { emoji, users: users.slice(0, limits.reactionUsers), count: users.length };
    const reactions = known
      ? before.reactions?.map((reaction) => (reaction === known ? changed : reaction))
      : [...(before.reactions ?? []), changed];
    const left = reactions?.filter(({ count }) => count > 0) ?? [];
    const { reactions: _, ...bare } = before;
    this.messages(id)[messageId - 1] = bare;
    return this.#change(id, messageId, left.length > 0 ? { reactions: left } : {});
  }

  /** What a user has put on messages, named there or not. */
  ownReactions(id: RoomId, user: UserId, messages: readonly MessageId[]): OwnReactions {
    const reactions = messages.map((message) => {
      const kinds = this.messages(id)[message - 1]?.reactions ?? [];
      const own = kinds.filter(({ emoji }) => this.#reacted.get(`${id} ${message} ${emoji}`)?.includes(user));
      return { message, emoji: own.map(({ emoji }) => emoji) };
    });
    return { reactions: reactions.filter(({ emoji }) => emoji.length > 0), head: this.head(roomTopic(id)) };
  }

  messages(id: RoomId): Message[] {
    const messages = this.#messages.get(id);
    if (!messages) throw new ParleyError("not_found");
    return messages;
  }

  page(id: RoomId, cursor: { readonly [place: string]: number | null }, limit: number): MessagePage {
    const all = this.messages(id);
    const { before = null, after = null, around = null } = cursor;
    let last = before === null ? all.length : before - 1;
    if (after !== null) last = after + limit;
    if (around !== null) last = Math.max(Math.min(around, all.length) + Math.ceil(limit / 2) - 1, limit);
    const messages = all.slice(Math.max(0, last - limit), last);
    return { messages: this.#named(messages), head: this.head(roomTopic(id)), epoch: this.epoch };
  }

  members(id: RoomId): readonly Membership[] {
    return [...(this.#members.get(id)?.values() ?? [])];
  }

  isMember(id: RoomId, user: UserId): boolean {
    return this.#members.get(id)?.has(user) ?? false;
  }

  requireMember(id: RoomId, user: UserId): void {
    if (!this.isMember(id, user)) throw new ParleyError("not_found");
  }

  /** A room as this user sees it. */
  roomOf(id: RoomId, user: UserId): Room {
    const membership = this.#members.get(id)?.get(user);
    const room = this.#room(id);
    return membership ? { ...room, membership: this.#placeOf(membership) } : room;
  }

  #placeOf({ room, user, role, joinedAt }: Membership): Place {
    const receipt = this.#receipts.get(`${room} ${user.id}`) ?? 0;
    const unread = this.messages(room).filter((m) => m.id > receipt && m.author.id !== user.id && !m.deletedAt);
    const called = unread.filter(({ mentions = [] }) => mentions.includes(user.username) || mentions.includes("all"));
    return { role, joinedAt, notifyLevel: "mentions", receipt, unread: unread.length, mentions: called.length };
  }

  #mentions(room: RoomId, content: string): Pick<Message, "mentions"> {
    const names = new Set(["all", ...this.members(room).map(({ user }) => user.username)]);
    const mentions = parseCalls(content).filter((name) => names.has(name));
    return mentions.length > 0 ? { mentions } : {};
  }

  roomsOf(user: UserId): readonly Room[] {
    return [...this.rooms.values()]
      .filter(({ id, kind }) => kind === "public" || this.isMember(id, user))
      .map(({ id }) => this.roomOf(id, user));
  }

  topicsOf(user: UserId): readonly Topic[] {
    const mine = [...this.rooms.keys()].filter((id) => this.isMember(id, user)).map(roomTopic);
    return [workspaceTopic, userTopic(user), ...mine];
  }

  head(topic: Topic): Seq {
    return this.#topics.get(topic)?.head ?? 0;
  }

  changesSince(topic: Topic, since: Seq): DeltaFrame | ResetFrame | null {
    const head = this.head(topic);
    if (since === head) return null;
    const changes = this.#things(topic, since);
    const count = Object.values(changes).flat().length;
    if (since > head || count > resumeChanges) return { type: "reset", topic, head };
    return { type: "delta", topic, from: since, to: head, ...changes };
  }

  /** As if a backup had been restored, when topics had these heads: nothing that was numbered before means anything. */
  restore(heads: Readonly<Partial<Record<Topic, Seq>>> = {}): void {
    this.epoch = `${this.epoch}+`;
    for (const [topic, state] of this.#topics) state.head = heads[topic] ?? state.head;
  }

  #things(topic: Topic, since: Seq): Changes {
    const state = this.#topics.get(topic);
    const newer = <T>(map: Map<unknown, Numbered<T>> | undefined): T[] =>
      [...(map?.values() ?? [])].filter(({ seq }) => seq > since).map(({ thing }) => thing);
    const room = topic.startsWith("room:") ? topic.slice("room:".length) : null;
    const messages = room === null ? [] : (this.#messages.get(room) ?? []).filter(({ seq }) => seq > since);
    return {
      messages: this.#named(messages),
      rooms: newer(state?.rooms).map((known) => ("gone" in known ? known : (this.rooms.get(known.id) ?? known))),
      memberships: newer(state?.memberships),
      users: newer(state?.users),
      receipts: newer(state?.receipts),
    };
  }

  /** Authors are joined at reading, so they have their names of now. */
  #named(messages: readonly Message[]): Message[] {
    return messages.map((message) => ({ ...message, author: this.#author(message.author.id) }));
  }

  #change(id: RoomId, messageId: number, changes: Partial<Message>): Message {
    const messages = this.messages(id);
    const before = messages[messageId - 1];
    if (!before) throw new ParleyError("not_found");
    const author = this.#author(before.author.id);
    const message = { ...before, ...changes, author, seq: this.head(roomTopic(id)) + 1 };
    messages[messageId - 1] = message;
    this.#announce(roomTopic(id), { messages: [message] });
    return message;
  }

  #announceMember(id: RoomId, user: UserId, change: 1 | -1, ended?: Membership): void {
    const room = { ...this.#room(id), memberCount: this.#room(id).memberCount + change };
    this.rooms.set(id, room);
    const membership = ended ?? this.#members.get(id)?.get(user);
    if (!membership) throw new Error("there is no membership to announce");
    this.#announce(userTopic(user), { memberships: [membership], ...(!ended && { rooms: [room] }) });
    this.#announce(roomTopic(id), { rooms: [room], memberships: [membership] });
  }

  #announce(topic: Topic, changes: Changes): void {
    const state = this.#topics.get(topic) ?? {
      head: 0,
      rooms: new Map(),
      memberships: new Map(),
      users: new Map(),
      receipts: new Map(),
    };
    this.#topics.set(topic, state);
    const from = state.head;
    const seq = ++state.head;
    for (const thing of changes.rooms ?? []) state.rooms.set(thing.id, { seq, thing });
    for (const thing of changes.users ?? []) state.users.set(thing.id, { seq, thing });
    for (const thing of changes.memberships ?? []) {
      state.memberships.set(`${thing.room} ${thing.user.id}`, { seq, thing });
    }
    for (const thing of changes.receipts ?? []) state.receipts.set(thing.room, { seq, thing });
    this.#onDelta({ type: "delta", topic, from, to: seq, ...changes });
  }

  #room(id: RoomId): Room {
    const room = this.rooms.get(id);
    if (!room) throw new ParleyError("not_found");
    return room;
  }

  #user(id: UserId): User {
    const user = this.users.get(id);
    if (!user) throw new ParleyError("not_found");
    return user;
  }

  #author(id: UserId): Author {
    const { username, displayName, avatar } = this.#user(id);
    return { id, username, displayName, ...(avatar !== undefined && { avatar }) };
  }
}
