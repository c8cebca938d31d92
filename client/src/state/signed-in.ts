import { closeCodes, ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame } from "@parley/protocol/frames";
import type { MessagePage, OwnReactions } from "@parley/protocol/http/messages";
import type { ReceiptList } from "@parley/protocol/http/receipts";
import type { MemberPage, RoomList } from "@parley/protocol/http/rooms";
import {
  type Message,
  type Room,
  type RoomId,
  type Topic,
  type User,
  type Workspace,
  workspaceTopic,
} from "@parley/protocol/model";
import type { Clock } from "@parley/sdk/clock";
import type { Connection, ConnectionStatus } from "@parley/sdk/connection";
import { Feed, type FeedOptions } from "@parley/sdk/feed";
import type { Http } from "@parley/sdk/http";
import { type Act, Outbox } from "@parley/sdk/outbox";
import type { OutboxStorage } from "@parley/sdk/outbox-storage";
import { RoomListLoader } from "@parley/sdk/room-list";
import { sendAct } from "@parley/sdk/send-act";
import type { OpenSocket } from "@parley/sdk/socket";
import type { Topics } from "@parley/sdk/topics";
import { batch, createSignal, untrack } from "solid-js";
import { Arrivals } from "./arrivals.ts";
import { type DraftStorage, Drafts } from "./drafts.ts";
import { KeptUploads } from "./kept-uploads.ts";
import { People } from "./people.ts";
import { Presences } from "./presences.ts";
import { Reactions } from "./reactions.ts";
import { Readers } from "./readers.ts";
import { Receipts } from "./receipts.ts";
import { Roles } from "./roles.ts";
import { Rooms } from "./rooms.ts";
import type { SendFile } from "./send-file.ts";
import type { LoadPage } from "./timeline.ts";
import { Timelines } from "./timelines.ts";
import { Typing } from "./typing.ts";
import { UnsentList } from "./unsent.ts";
import { Uploads } from "./uploads.ts";

const pageSize = 50;

export interface SignedInOptions {
  readonly user: User;
  readonly http: Http;
  readonly clock: Clock;
  readonly openSocket: OpenSocket;
  readonly poll: OpenSocket;
  readonly origin: string;
  /** What one file may have. */
  readonly fileBytes: () => number;
  readonly sendFile: SendFile;
  readonly storage: DraftStorage | undefined;
  readonly outboxStorage: OutboxStorage;
  /** A reaction of before was refused, and nobody asks for it any more. */
  readonly onRefused: (text: string) => void;
  readonly onWorkspace: (workspace: Workspace) => void;
  readonly onSignedOut: () => void;
  /** This browser may not be signed in any more, or as somebody else. */
  readonly onDoubt: () => void;
}

/** All that lives from sign-in to sign-out: one connection, and the view of the world that it keeps up to date. */
export class SignedIn {
  readonly me: () => User;
  readonly status: () => ConnectionStatus;
  readonly connection: Connection;
  readonly rooms: Rooms;
  readonly receipts: Receipts;
  readonly timelines: Timelines;
  readonly outbox: Outbox;
  readonly unsent = new UnsentList();
  readonly reactions: Reactions;
  readonly typing: Typing;
  readonly presences: Presences;
  readonly drafts: Drafts;
  readonly roles = new Roles();
  readonly uploads: Uploads;
  readonly arrivals: Arrivals;
  readonly readers: Readers;

  readonly #options: SignedInOptions;
  readonly #setMe: (user: User) => void;
  readonly #setStatus: (status: ConnectionStatus) => void;
  readonly #feed: Feed;
  readonly #topics: Topics;
  readonly people: People;
  readonly #roomList: RoomListLoader;

  constructor(options: SignedInOptions) {
    const { user, http, clock, storage, origin, fileBytes, sendFile } = options;
    this.#options = options;
    const [me, setMe] = createSignal(user);
    const [status, setStatus] = createSignal<ConnectionStatus>({ kind: "connecting" });
    this.me = me;
    this.#setMe = setMe;
    this.status = status;
    this.#setStatus = setStatus;
    this.#feed = this.#openFeed();
    this.connection = this.#feed.connection;
    this.#topics = this.#feed.topics;
    this.people = new People({
      clock,
      listMembers: (room) => http.get<MemberPage>(`/rooms/${room}/members`),
      getUser: (id) => http.get<User>(`/users/${id}`),
    });
    this.people.meet(user);
    this.receipts = new Receipts({
      clock,
      put: (mark) => this.outbox.put(mark),
      onAhead: (room, upTo) => this.rooms.mark(room, upTo),
      reload: async (room) => {
        await this.rooms.changed(http.get<Room>(`/rooms/${room}`));
      },
    });
    this.rooms = new Rooms({
      me: user,
      onLeft: (room) => this.#forgetRoom(room),
      person: (author) => this.people.now(author),
      ahead: (room) => this.receipts.ahead(room),
      onDoubt: (room) => this.receipts.doubt(room),
    });
    this.arrivals = new Arrivals(user.id, this.rooms);
    this.#roomList = new RoomListLoader({
      me: user.id,
      clock,
      topics: this.#topics,
      load: () => http.get<RoomList>("/rooms"),
      take: (rooms) => this.rooms.list(rooms),
    });
    this.readers = new Readers(async (room) => (await http.get<ReceiptList>(`/rooms/${room}/receipts`)).receipts);
    this.timelines = new Timelines({
      me: user.id,
      author: me,
      waiting: (room) => this.outbox.of(room),
      topics: this.#topics,
      load: (room, cursor) => this.#loadMessages(room, cursor),
      onUnfollowed: (room) => this.readers.clear(room),
      onConfirmed: (message) => this.outbox.arrived(message),
      named: (messages) => this.people.named(messages),
    });
    this.outbox = new Outbox({
      clock,
      storage: options.outboxStorage,
      send: (act) => sendAct(this.#feed, act),
      onKept: (act, failure) => batch(() => this.#onKept(act, failure)),
      onDone: (act, message) => batch(() => this.#onDone(act, message)),
      onDropped: (act, error) => batch(() => this.#onDropped(act, error)),
    });
    this.reactions = new Reactions({
      clock,
      me: user.id,
      put: (wish) => this.outbox.put(wish),
      onRefused: options.onRefused,
      loadOwn: (room, messages) => http.get<OwnReactions>(`/rooms/${room}/my-reactions?messages=${messages.join()}`),
    });
    this.typing = new Typing({
      clock,
      me: user.id,
      findPerson: (room, id) => this.people.find(room, id),
      tell: (room) => this.connection.tell({ type: "typing", room }),
    });
    this.presences = new Presences({
      clock,
      tell: (active) => this.connection.tell({ type: "presence", active }),
      watch: async (users) => {
        const { presence = {} } = await this.connection.request({ type: "presence.watch", users: [...users] });
        return presence;
      },
    });
    this.drafts = new Drafts(user.id, storage);
    this.uploads = new Uploads({
      origin,
      fileBytes,
      sendFile,
      kept: new KeptUploads(user.id, storage),
      remove: (id) => http.request<void>("DELETE", `/uploads/${id}`),
    });
    this.connection.start();
    this.#roomList.load();
  }

  /** Ends it. What is still on its way changes nothing any more. */
  close(): void {
    this.connection.stop();
    this.outbox.stop();
    this.#roomList.close();
    this.reactions.close();
    this.receipts.close();
    this.timelines.close();
    this.typing.close();
    this.presences.close();
    this.rooms.close();
  }

  /** My own record, as a request has answered it. */
  putMe(user: User): void {
    this.#putUser(user);
  }

  #onKept(act: Act, failure: string | null): void {
    switch (act.kind) {
      case "react":
        this.reactions.kept(act);
        return;
      case "read":
        this.receipts.kept(act);
        return;
      default:
        this.unsent.put(act, failure);
        this.timelines.find(act.room)?.put(act, failure);
    }
  }

  #onDone(act: Act, message: Message | null): void {
    const timeline = this.timelines.find(act.room);
    switch (act.kind) {
      case "react":
        this.reactions.done(act, message);
        if (message) timeline?.apply([message]);
        return;
      case "read":
        this.receipts.done(act);
        return;
      case "send":
        this.unsent.remove(act);
        if (message) timeline?.acknowledge(act.clientMessageId, message);
        return;
      default:
        this.unsent.remove(act);
        if (message) timeline?.apply([message]);
        timeline?.dropChange(act);
    }
  }

  #onDropped(act: Act, error: ParleyError | null): void {
    const timeline = this.timelines.find(act.room);
    switch (act.kind) {
      case "react":
        this.reactions.dropped(act, error);
        return;
      case "read":
        this.receipts.done(act);
        return;
      case "send":
        this.unsent.remove(act);
        timeline?.drop(act.clientMessageId);
        return;
      default:
        this.unsent.remove(act);
        timeline?.dropChange(act);
    }
  }

  #openFeed(): Feed {
    const { user, clock, openSocket, poll, onSignedOut, onDoubt } = this.#options;
    return new Feed({
      me: user.id,
      open: openSocket,
      poll,
      clock,
      batch,
      onStatus: (status) => this.#onStatus(status),
      onWelcome: () => this.#onWelcome(),
      onCaughtUp: () => this.#onCaughtUp(),
      onPassing: (frame) => this.#onPassing(frame),
      onOther: onDoubt,
      onFinalClose: (code) => {
        if (code === closeCodes.notSignedIn) onSignedOut();
      },
      apply: (delta) => this.#apply(delta),
      glimpse: (delta) => this.#glimpse(delta),
      reset: (topic) => this.#reset(topic),
      gone: (topic) => this.rooms.left(roomOf(topic)),
    });
  }

  #onWelcome(): void {
    this.#roomList.load();
    this.presences.onWelcome();
  }

  #onCaughtUp(): void {
    this.timelines.reloadFailed();
    this.outbox.open();
    this.uploads.resume();
    this.reactions.open();
  }

  #onStatus(status: ConnectionStatus): void {
    if (status.kind !== "online") {
      this.outbox.close();
      this.presences.onLost();
      this.reactions.close();
    }
    // A refused upgrade does not say why.
    const refused = status.kind === "offline" && status.retryAt !== null && untrack(this.status).kind === "connecting";
    this.#setStatus(status);
    if (refused) this.#options.onDoubt();
  }

  #onPassing(frame: Parameters<FeedOptions["onPassing"]>[0]): void {
    switch (frame.type) {
      case "typing":
        this.typing.onTyping(frame.room, frame.user);
        return;
      case "presence":
        this.presences.onPresence(frame.users);
        return;
      case "pong":
        // The server can be reached: what could not be loaded before can be now.
        this.timelines.reloadFailed();
        return;
    }
  }

  #apply(delta: DeltaFrame): void {
    const { messages = [], memberships = [], users = [], workspace } = delta;
    for (const user of users) this.#putUser(user);
    for (const membership of memberships) {
      const { room, user, leftAt } = membership;
      this.people.meet(user);
      this.roles.put(membership);
      if (leftAt !== undefined) this.typing.end(room, user.id);
    }
    if (workspace) this.#options.onWorkspace(workspace);
    const arriving = this.arrivals.of(delta);
    this.rooms.apply(delta);
    this.#meetAuthors(messages);
    if (delta.topic.startsWith("room:")) {
      this.timelines.find(roomOf(delta.topic))?.apply(messages);
      this.readers.apply(roomOf(delta.topic), delta);
    }
    this.#noteMine(messages);
    this.arrivals.tell(arriving);
  }

  /** Rooms whose timeline is not loaded: their record needs no order, and writers have stopped writing. */
  #glimpse(delta: DeltaFrame): void {
    if (!delta.topic.startsWith("room:")) return;
    const arriving = this.arrivals.of(delta);
    this.rooms.apply(delta);
    this.#meetAuthors(delta.messages ?? []);
    this.#noteMine(delta.messages ?? []);
    this.arrivals.tell(arriving);
  }

  #reset(topic: Topic): void {
    if (topic.startsWith("room:")) {
      this.roles.forget();
      this.reactions.forget(roomOf(topic));
      this.timelines.find(roomOf(topic))?.reset();
    } else {
      // With the workspace's changes, changes of names were missed.
      if (topic === workspaceTopic) {
        this.people.forget();
        this.timelines.reloadAll();
      }
      this.#roomList.load();
    }
  }

  #forgetRoom(room: RoomId): void {
    this.timelines.drop(room);
    this.outbox.refuse(room, new ParleyError("not_found", "You are not in this room any more."));
    this.uploads.clear(room);
    this.reactions.forget(room);
    this.receipts.clear(room);
  }

  #putUser(user: User): void {
    this.people.put(user);
    this.timelines.rename();
    this.rooms.rename(user.id);
    if (user.id !== this.#options.user.id) return;
    // The workspace tells of everyone without what is theirs alone: that is as it was.
    const { email, emailVerified, pendingEmail, sharesReceipts } = this.me();
    const own = { email, emailVerified, sharesReceipts, ...(pendingEmail !== undefined && { pendingEmail }) };
    this.#setMe(user.email === undefined ? { ...user, ...own } : user);
  }

  /** What I have sent, perhaps from another page, or before the page was loaded again. */
  #noteMine(messages: readonly Message[]): void {
    for (const message of messages) if (message.author.id === this.#options.user.id) this.outbox.arrived(message);
  }

  #meetAuthors(messages: readonly Message[]): void {
    for (const { author, room } of messages) {
      this.people.meet(author);
      this.typing.end(room, author.id);
    }
  }

  async #loadMessages(room: RoomId, cursor: Parameters<LoadPage>[1]): Promise<MessagePage> {
    const query = Object.entries(cursor).map(([place, id]) => `&${place}=${id}`);
    const page = await this.#options.http.get<MessagePage>(
      `/rooms/${room}/messages?limit=${pageSize}${query.join("")}`,
    );
    for (const { author } of page.messages) this.people.meet(author);
    return page;
  }
}

const roomOf = (topic: Topic): RoomId => topic.slice("room:".length);
