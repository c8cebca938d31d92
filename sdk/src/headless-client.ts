import { closeCodes, ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame, TypingFrame } from "@parley/protocol/frames";
import type { RoomList } from "@parley/protocol/http/rooms";
import { codePoints, limits } from "@parley/protocol/limits";
import type { Attachment, Message, MessageId, Room, RoomId, Topic, User } from "@parley/protocol/model";
import { newClientMessageId } from "./client-message-id.ts";
import { backOffMs, type Clock, sleep, systemClock } from "./clock.ts";
import type { ConnectionStatus } from "./connection.ts";
import { Feed } from "./feed.ts";
import { FollowedRoom, type Loaded } from "./followed-room.ts";
import { Http, type HttpOptions, type Method } from "./http.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import { MemoryOutboxStorage, type OutboxStorage } from "./outbox-storage.ts";
import { openPolling } from "./polling.ts";
import { RoomListLoader } from "./room-list.ts";
import { RoomRecords } from "./room-records.ts";
import { sendAct } from "./send-act.ts";
import { fetchWithToken, openSocketWithToken } from "./session.ts";
import type { OpenSocket } from "./socket.ts";

export interface HeadlessOptions {
  /** Where the server is, such as `https://chat.example.org`. */
  readonly origin: string;
  /** Of a session: what `signIn` answers. */
  readonly token: string;
  /** Follows every room that this user is in, those that come later among them. Else `follow` says which. */
  readonly followsAll?: boolean;
  /** How many messages the view of a room keeps at least; 1000 unless said otherwise. */
  readonly keep?: number;
  readonly clock?: Clock;
  readonly fetch?: HttpOptions["fetch"];
  readonly openSocket?: OpenSocket;
  /** Keeps what is on its way: in memory unless said otherwise, over the end of the program with `openOutboxFile`. */
  readonly outbox?: OutboxStorage;
}

/** What a program is told, in the order in which it happens. */
export type HeadlessEvent =
  | { readonly type: "status"; readonly status: ConnectionStatus }
  /** There is a connection, and what it had missed has come. */
  | { readonly type: "caught-up" }
  /** Each change on each followed topic, once and in order. The views and records have it already. */
  | { readonly type: "delta"; readonly delta: DeltaFrame }
  /** A change in a room that is not followed, or not loaded yet. It may come late, twice, or not at all. */
  | { readonly type: "glimpse"; readonly delta: DeltaFrame }
  /** A message that is new in a followed room, one's own among them: each once, in order. */
  | { readonly type: "message"; readonly message: Message }
  | ({ readonly type: "loaded"; readonly room: RoomId } & Loaded)
  /** A followed room exists no more for this user. It is not followed any longer. */
  | { readonly type: "gone"; readonly room: RoomId }
  | { readonly type: "sent"; readonly outgoing: Outgoing; readonly message: Message }
  | { readonly type: "failed"; readonly outgoing: Outgoing; readonly error: ParleyError }
  | TypingFrame
  /** The session has ended. The client has closed itself. */
  | { readonly type: "signed-out" };

export interface SendOptions {
  /** Printable ASCII without spaces, at most 64 characters. */
  readonly clientMessageId?: string;
  /** Uploads of this user to the same room. */
  readonly attachments?: readonly Attachment[];
}

/** A message on its way. */
export interface Sending {
  readonly clientMessageId: string;
  /** Resolves when the server has it on disk; rejects when it has refused it. Neither before there is a connection. */
  readonly sent: Promise<Message>;
}

/** Asks who this is and which rooms there are, as long as it takes. Throws `not_signed_in` when the token opens nothing. */
export async function connect(options: HeadlessOptions): Promise<HeadlessClient> {
  const { origin, token, fetch, clock = systemClock } = options;
  const http = new Http({ origin, fetch: fetchWithToken(token, fetch), clock, onNotSignedIn() {} });
  const client = new HeadlessClient(await whoAmI(http, clock), options);
  await client.ready;
  return client;
}

async function whoAmI(http: Http, clock: Clock): Promise<User> {
  for (let failures = 0; ; ) {
    try {
      return await http.get<User>("/me");
    } catch (error) {
      if (!(error instanceof ParleyError && error.retryable)) throw error;
      await sleep(clock, error.retryAfterMs ?? backOffMs(clock, ++failures));
    }
  }
}

/**
 * A whole client without a screen, for bots and tests: what one user may know and do, kept up to date over however many
 * connections it takes.
 */
export class HeadlessClient {
  readonly me: User;
  /** The rooms are known. Rejects when the client was closed before. */
  readonly ready: Promise<void>;
  readonly #http: Http;
  readonly #options: HeadlessOptions;
  readonly #clock: Clock;
  readonly #feed: Feed;
  readonly #outbox: Outbox;
  readonly #records: RoomRecords;
  readonly #roomList: RoomListLoader;
  readonly #followed = new Map<RoomId, FollowedRoom>();
  /** The newest message of each followed room that has been told. */
  readonly #told = new Map<RoomId, MessageId>();
  /** Rooms whose record is being asked for; whether it has to be once more. */
  readonly #doubts = new Map<RoomId, boolean>();
  readonly #sending = new Map<string, PromiseWithResolvers<Message>>();
  readonly #listeners = new Set<(event: HeadlessEvent) => void>();
  readonly #onReady = Promise.withResolvers<void>();
  #status: ConnectionStatus = { kind: "connecting" };
  #isClosed = false;

  constructor(me: User, options: HeadlessOptions) {
    const { origin, token, fetch, clock = systemClock } = options;
    const { outbox = new MemoryOutboxStorage().page() } = options;
    const { openSocket = openSocketWithToken(`${origin.replace(/^http/, "ws")}/api/socket`, token) } = options;
    this.me = me;
    this.#options = options;
    this.#clock = clock;
    this.ready = this.#onReady.promise;
    this.ready.catch(() => {});
    this.#http = new Http({
      origin,
      fetch: fetchWithToken(token, fetch),
      clock,
      onNotSignedIn: () => this.#onSignedOut(),
    });
    this.#feed = new Feed({
      me: me.id,
      open: openSocket,
      poll: openPolling(this.#http, clock),
      clock,
      onStatus: (status) => this.#onStatus(status),
      onWelcome: () => this.#roomList.load(),
      onCaughtUp: () => {
        this.#outbox.open();
        this.#tell({ type: "caught-up" });
      },
      onPassing: (frame) => {
        if (frame.type === "typing") this.#tell(frame);
      },
      onOther: () => this.#onSignedOut(),
      onFinalClose: (code) => {
        if (code === closeCodes.notSignedIn) this.#onSignedOut();
      },
      apply: (delta) => this.#apply(delta),
      glimpse: (delta) => {
        this.#records.apply(delta);
        this.#tell({ type: "glimpse", delta });
      },
      reset: (topic) => this.#reset(topic),
      gone: (topic) => {
        this.#records.left(roomOf(topic));
        this.#onGone(roomOf(topic));
      },
    });
    this.#records = new RoomRecords({
      me,
      onDoubt: (room) => void this.#doubt(room),
      onLeft: (room) => this.#onGone(room),
      onJoined: (room) => {
        if (options.followsAll && !this.#isClosed) this.follow(room);
      },
    });
    this.#roomList = new RoomListLoader({
      me: me.id,
      clock,
      topics: this.#feed.topics,
      load: () => this.#http.get<RoomList>("/rooms"),
      take: async (rooms) => {
        await this.#records.takeList(rooms);
        this.#onReady.resolve();
      },
    });
    this.#outbox = new Outbox({
      clock,
      storage: outbox,
      send: (act) => sendAct(this.#feed, act),
      onDone: (act, message) => {
        if (act.kind !== "send" || !message) return;
        this.#sending.get(act.clientMessageId)?.resolve(message);
        this.#sending.delete(act.clientMessageId);
        this.#tell({ type: "sent", outgoing: act, message });
      },
      onFailed: (act, error) => {
        if (act.kind === "send") this.#onFailed(act, error);
      },
      onKept: (act, failure) => {
        if (act.kind !== "send") return;
        if (failure === null) {
          // It may have been kept by the program that was here before.
          this.#sendingOf(act.clientMessageId);
        } else {
          if (this.#sending.has(act.clientMessageId)) this.#onFailed(act, new ParleyError("unavailable", failure));
          // The program has been told, and sends it again if it wants to.
          void this.#outbox.drop(act.clientMessageId);
        }
      },
      onDropped() {},
    });
    this.#feed.connection.start();
    this.#roomList.load();
  }

  /** Tells `listener` of everything from now on. Answers how to stop. It must not throw. */
  listen(listener: (event: HeadlessEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): ConnectionStatus {
    return this.#status;
  }

  /** The rooms that this user is in or could see, with what is unread in them (`membership`). */
  rooms(): readonly Room[] {
    return this.#records.all();
  }

  findRoom(slugOrId: string): Room | undefined {
    return this.#records.find(slugOrId);
  }

  /** Loads a room and keeps it up to date. The same for the same room. */
  follow(room: RoomId): FollowedRoom {
    const found = this.#followed.get(room);
    if (found) return found;
    const followed = new FollowedRoom({
      room,
      topics: this.#feed.topics,
      http: this.#http,
      clock: this.#clock,
      keep: this.#options.keep ?? 1000,
      onLoaded: (loaded) => this.#onLoaded(room, loaded),
      onGone: () => this.#onGone(room),
    });
    this.#followed.set(room, followed);
    return followed;
  }

  unfollow(room: RoomId): void {
    this.#followed.get(room)?.close();
    this.#followed.delete(room);
    this.#told.delete(room);
  }

  /**
   * Sends a message as soon as it can, and again until the server has answered. Under the same key it is the same message,
   * however often it is sent: a program that may die in between keeps the key and passes it again.
   */
  sendMessage(
    room: RoomId,
    content: string,
    { clientMessageId = newClientMessageId(), attachments = [] }: SendOptions = {},
  ): Sending {
    const isKnown = this.#sending.has(clientMessageId);
    const sending = this.#sendingOf(clientMessageId);
    if (!isKnown) {
      const files = attachments.length > 0 && { attachments };
      const createdAt = new Date(this.#clock.now()).toISOString();
      void this.#send({ kind: "send", clientMessageId, room, content, ...files, createdAt });
    }
    return { clientMessageId, sent: sending.promise };
  }

  /** The keys of what is on its way, first one first. */
  pending(): readonly string[] {
    return [...this.#sending.keys()];
  }

  /** This and what follows rejects with `unavailable` when there is no answer: then it may have been done or not. */
  editMessage(room: RoomId, id: MessageId, content: string): Promise<Message> {
    return this.#feed.requestMessage({ type: "message.edit", room, id, content });
  }

  deleteMessage(room: RoomId, id: MessageId): Promise<Message> {
    return this.#feed.requestMessage({ type: "message.delete", room, id });
  }

  addReaction(room: RoomId, id: MessageId, emoji: string): Promise<Message> {
    return this.#feed.requestMessage({ type: "reaction.add", room, id, emoji });
  }

  removeReaction(room: RoomId, id: MessageId, emoji: string): Promise<Message> {
    return this.#feed.requestMessage({ type: "reaction.remove", room, id, emoji });
  }

  /** All up to this message is read; with `unread`, what comes after it is not, even if it was. */
  async setReceipt(room: RoomId, upTo: MessageId, unread = false): Promise<void> {
    await this.#feed.connection.request({ type: "receipt.set", room, upTo, ...(unread && { unread }) });
  }

  /** Shows to the others that this user is writing, for six seconds. */
  notifyTyping(room: RoomId): void {
    this.#feed.connection.tell({ type: "typing", room });
  }

  /** The HTTP interface itself, `/api` left out: `ask("POST", "/rooms", { name: "Tea" })`. */
  ask<T>(method: Method, path: string, body?: object): Promise<T> {
    return this.#http.request(method, path, body);
  }

  /** The network or the computer may have come back: does not wait for a timer to find out. */
  wake(): void {
    this.#feed.connection.check();
  }

  /** Ends it. What is on its way may have arrived or not; a program that keeps its outbox sends it when it is back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#feed.connection.stop();
    this.#outbox.stop();
    this.#roomList.close();
    for (const room of [...this.#followed.keys()]) this.unfollow(room);
    const closed = new ParleyError("unavailable", "The client was closed.");
    for (const { reject } of this.#sending.values()) reject(closed);
    this.#sending.clear();
    this.#onReady.reject(closed);
  }

  /** Whoever does not wait for it hears of it by what is told. */
  #sendingOf(clientMessageId: string): PromiseWithResolvers<Message> {
    const known = this.#sending.get(clientMessageId);
    if (known) return known;
    const sending = Promise.withResolvers<Message>();
    sending.promise.catch(() => {});
    this.#sending.set(clientMessageId, sending);
    return sending;
  }

  async #send(outgoing: Outgoing): Promise<void> {
    try {
      // The server closes a connection that sends it a frame far beyond this.
      if (codePoints(outgoing.content) > limits.messageLength) throw new ParleyError("message_too_long");
      await this.#outbox.put(outgoing);
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      this.#onFailed(outgoing, error);
    }
  }

  #onFailed(outgoing: Outgoing, error: ParleyError): void {
    this.#sending.get(outgoing.clientMessageId)?.reject(error);
    this.#sending.delete(outgoing.clientMessageId);
    this.#tell({ type: "failed", outgoing, error });
  }

  #onStatus(status: ConnectionStatus): void {
    if (status.kind !== "online") this.#outbox.close();
    // A refused upgrade does not say why.
    const refused = status.kind === "offline" && status.retryAt !== null && this.#status.kind === "connecting";
    this.#status = status;
    this.#tell({ type: "status", status });
    // Whatever keeps it from being answered also keeps the connection away, which will ask again.
    if (refused) this.#http.get<User>("/me").catch(() => {});
  }

  #onSignedOut(): void {
    if (this.#isClosed) return;
    this.#onReady.reject(new ParleyError("not_signed_in"));
    this.close();
    this.#tell({ type: "signed-out" });
  }

  #apply(delta: DeltaFrame): void {
    this.#records.apply(delta);
    if (delta.topic.startsWith("room:")) this.#followed.get(roomOf(delta.topic))?.apply(delta);
    this.#tell({ type: "delta", delta });
    for (const message of delta.messages ?? []) this.#onMessage(message);
  }

  #onLoaded(room: RoomId, loaded: Loaded): void {
    const isFirst = !this.#told.has(room);
    const { messages } = loaded.view;
    if (isFirst) this.#told.set(room, messages.at(-1)?.id ?? 0);
    this.#tell({ type: "loaded", room, ...loaded });
    for (const message of messages) this.#onMessage(message);
  }

  #onMessage(message: Message): void {
    if (message.author.id === this.me.id) this.#outbox.arrived(message);
    const told = this.#told.get(message.room);
    if (told === undefined || message.id <= told) return;
    this.#told.set(message.room, message.id);
    if (message.deletedAt === undefined) this.#tell({ type: "message", message });
  }

  #reset(topic: Topic): void {
    if (topic.startsWith("room:")) this.#followed.get(roomOf(topic))?.reset();
    else this.#roomList.load();
  }

  #onGone(room: RoomId): void {
    if (!this.#followed.has(room)) return;
    this.unfollow(room);
    this.#tell({ type: "gone", room });
  }

  /** One question at a time for each room. */
  async #doubt(room: RoomId): Promise<void> {
    const isAsked = this.#doubts.has(room);
    this.#doubts.set(room, true);
    if (isAsked) return;
    try {
      while (this.#doubts.get(room)) {
        this.#doubts.set(room, false);
        await this.#records.take(this.#http.get<Room>(`/rooms/${room}`));
      }
    } catch (error) {
      // The list of rooms is loaded anew with the next connection.
      if (!(error instanceof ParleyError)) throw error;
    } finally {
      this.#doubts.delete(room);
    }
  }

  #tell(event: HeadlessEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

const roomOf = (topic: Topic): RoomId => topic.slice("room:".length);
