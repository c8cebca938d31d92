import { ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame } from "@parley/protocol/frames";
import type { MessagePage } from "@parley/protocol/http/messages";
import type { Message, MessageId, RoomId, Seq, UserId } from "@parley/protocol/model";
import { connect, type HeadlessClient, type HeadlessEvent } from "@parley/sdk/headless-client";
import { openSocketWithToken } from "@parley/sdk/session";
import type { OpenSocket } from "@parley/sdk/socket";
import { toReactions } from "./dump.ts";
import { type FinalView, type History, tokenOf } from "./history.ts";
import type { Random } from "./random.ts";

/** More of a talker's messages are not on their way at once: what waits behind an outage is bounded. */
const pendingMax = 4;
/** So many of the newest messages of a room are edited, deleted and reacted to. */
const recent = 30;
const emoji = ["👍", "❤️", "🎉"];

export interface TalkerOptions {
  readonly name: string;
  readonly token: string;
  /** Where its way to the server begins: a proxy, or the server itself. */
  readonly origin: string;
  readonly history: History;
  readonly random: Random;
  /** User names of those who may be mentioned. */
  readonly names: readonly string[];
}

/** Names acts, over all talkers of a run. */
let acts = 0;

/**
 * Someone who talks through the client library, and writes down what they ask for, what they are told and what they are
 * shown. What they do depends on chance alone; what comes of it, on the server and the network.
 */
export class Talker {
  readonly name: string;
  readonly client: HeadlessClient;
  readonly #options: TalkerOptions;
  /** Per room, what was last shown under each number. */
  readonly #shown = new Map<RoomId, Map<MessageId, string | null>>();
  /** Rooms that they have been removed from, and not admitted to again. */
  readonly #outOf = new Set<RoomId>();
  #sent = 0;
  #underWay = 0;

  static async connect(options: TalkerOptions): Promise<Talker> {
    const { origin, token, history } = options;
    let user: UserId = "";
    const open = openSocketWithToken(`${origin.replace("http", "ws")}/api/socket`, token);
    const openSocket: OpenSocket = (events) =>
      open({
        ...events,
        onClose(code, reason) {
          if (user !== "") history.add({ type: "closed", user, code });
          events.onClose(code, reason);
        },
      });
    const client = await connect({ origin, token, followsAll: true, keep: Number.MAX_SAFE_INTEGER, openSocket });
    user = client.me.id;
    return new Talker(options, client);
  }

  private constructor(options: TalkerOptions, client: HeadlessClient) {
    this.#options = options;
    this.name = options.name;
    this.client = client;
    client.listen((event) => this.#hear(event));
  }

  get id(): UserId {
    return this.client.me.id;
  }

  /** Does one thing, by chance, without waiting for what comes of it. */
  act(): void {
    const { random } = this.#options;
    const rooms = this.client.rooms().filter(({ membership, slug }) => membership && slug !== "general");
    if (rooms.length === 0) return;
    const room = random.pick(rooms).id;
    const chance = random.next();
    if (chance < 0.7) this.say(room);
    else if (chance < 0.78) this.#edit(room);
    else if (chance < 0.84) this.#delete(room);
    else if (chance < 0.94) this.#react(room);
    else this.#read(room);
  }

  /** Sends a message. Answers its token; null when enough is on its way already. */
  say(room: RoomId): string | null {
    const { random, names } = this.#options;
    const mention = random.next() < 0.1 ? ` @${random.pick(names)}` : "";
    if (this.client.pending().length >= pendingMax) return null;
    const token = `${this.name}.${++this.#sent}`;
    const act = this.#invoke("send", room, token);
    const isFetched = random.next() < 0.1;
    const { clientMessageId, sent } = this.client.sendMessage(room, `${token} says something${mention}`);
    this.#follow(act, sent, (message) => {
      this.#options.history.add({ type: "ok", act, sent: { id: message.id, key: clientMessageId } });
      if (isFetched) void this.#fetch(message);
    });
    return token;
  }

  /** The server has said that this user is out of a room, which stood at `head` right after that. */
  removedFrom(room: RoomId, head: Seq): void {
    this.#outOf.add(room);
    this.#options.history.add({ type: "removed", user: this.id, room, head });
  }

  /** Comes in again. */
  async comeBackTo(room: RoomId): Promise<void> {
    this.#options.history.add({ type: "readmitted", user: this.id, room });
    this.#outOf.delete(room);
    await this.client.ask("PUT", `/rooms/${room}/membership`);
  }

  /** Whether the server knows all that they have done, and they know all up to these heads. */
  hasReached(heads: ReadonlyMap<RoomId, { readonly head: number }>): boolean {
    if (this.#underWay > 0 || this.client.pending().length > 0) return false;
    return this.client
      .rooms()
      .filter(({ membership }) => membership)
      .every(({ id }) => (this.client.follow(id).view()?.seq ?? -1) >= (heads.get(id)?.head ?? 0));
  }

  /** Loads what a view has not kept, or began without: all of each room. */
  async lookBack(): Promise<void> {
    for (const { id, membership } of this.client.rooms()) {
      if (!membership) continue;
      const followed = this.client.follow(id);
      try {
        while (await followed.loadOlder());
      } catch (error) {
        expectKnown(error);
      }
    }
  }

  view(rooms: readonly RoomId[]): FinalView {
    return {
      user: this.id,
      pending: this.client.pending().length,
      rooms: this.client.rooms().flatMap(({ id: room, membership }) => {
        const view = this.client.follow(room).view();
        if (!membership || !view || !rooms.includes(room)) return [];
        const { unread, mentions } = membership;
        return [{ room, unread, mentions, messages: view.messages.map(toShown) }];
      }),
    };
  }

  #hear(event: HeadlessEvent): void {
    if (event.type === "delta" || event.type === "glimpse") this.#onDelta(event.delta, event.type === "delta");
    else if (event.type === "loaded") this.#onShown(event.room, event.view.messages);
  }

  #onDelta(delta: DeltaFrame, isFollowed: boolean): void {
    const { topic, to, messages = [] } = delta;
    if (!topic.startsWith("room:")) return;
    const room = topic.slice("room:".length);
    if (this.#outOf.has(room)) this.#options.history.add({ type: "heard", user: this.id, room, to });
    if (isFollowed) this.#onShown(room, messages);
  }

  /** Writes down what the view shows now of what has changed, and where it is not in order. */
  #onShown(room: RoomId, changed: readonly Message[]): void {
    const { history } = this.#options;
    const { messages = [] } = this.client.follow(room).view() ?? {};
    const known = this.#shown.get(room) ?? new Map<MessageId, string | null>();
    this.#shown.set(room, known);
    const first = messages[0]?.id ?? 0;
    const news: [MessageId, string | null][] = [];
    for (const { id } of changed) {
      const message = messages[id - first];
      if (!message) continue;
      const before = messages[id - first - 1];
      if (message.id !== id || (before && before.id !== id - 1)) {
        history.add({ type: "disorder", user: this.id, room, ids: [before?.id ?? 0, message.id] });
      }
      const token = message.deletedAt === undefined ? tokenOf(message.content) : null;
      if (known.get(message.id) === token) continue;
      known.set(message.id, token);
      news.push([message.id, token]);
    }
    if (news.length > 0) history.add({ type: "shown", user: this.id, room, messages: news });
  }

  #edit(room: RoomId): void {
    const message = this.#pickMessage(room, true);
    const token = message && tokenOf(message.content);
    if (!message || token === null) return;
    const act = this.#invoke("edit", room, token ?? "");
    const edited = this.client.editMessage(room, message.id, `${token} says it better, ${act}`);
    this.#follow(act, edited, () => this.#options.history.add({ type: "ok", act }));
  }

  #delete(room: RoomId): void {
    const message = this.#pickMessage(room, true);
    if (!message) return;
    const act = this.#invoke("delete", room, tokenOf(message.content) ?? "");
    this.#follow(act, this.client.deleteMessage(room, message.id), () =>
      this.#options.history.add({ type: "ok", act }),
    );
  }

  #react(room: RoomId): void {
    const { random, history } = this.#options;
    const message = this.#pickMessage(room, false);
    const sign = random.pick(emoji);
    if (!message) return;
    const act = this.#invoke("react", room, tokenOf(message.content) ?? "");
    const mine = message.reactions?.some((each) => each.emoji === sign && each.users.includes(this.id));
    const reacted = mine
      ? this.client.removeReaction(room, message.id, sign)
      : this.client.addReaction(room, message.id, sign);
    this.#follow(act, reacted, () => history.add({ type: "ok", act }));
  }

  #read(room: RoomId): void {
    const last = this.client.follow(room).view()?.messages.at(-1)?.id;
    if (last === undefined) return;
    this.#underWay++;
    this.client
      .setReceipt(room, last)
      // The next one will say as much.
      .catch(expectKnown)
      .finally(() => this.#underWay--);
  }

  #pickMessage(room: RoomId, mine: boolean): Message | null {
    const { random } = this.#options;
    const messages = (this.client.follow(room).view()?.messages ?? [])
      .slice(-recent)
      .filter(({ author, deletedAt }) => deletedAt === undefined && (!mine || author.id === this.id));
    return messages.length === 0 ? null : random.pick(messages);
  }

  #invoke(what: "send" | "edit" | "delete" | "react", room: RoomId, token: string): number {
    const act = ++acts;
    this.#options.history.add({ type: "invoke", act, user: this.id, what, room, token });
    return act;
  }

  #follow(act: number, promise: Promise<Message>, onOk: (message: Message) => void): void {
    this.#underWay++;
    promise
      .then(onOk, (error: unknown) => {
        expectKnown(error);
        // Without an answer it may have been done or not, and so it may when the room is gone meanwhile.
        const isKnown = error instanceof ParleyError && !error.retryable && error.code !== "not_found";
        if (isKnown) this.#options.history.add({ type: "fail", act, reason: error.code });
      })
      .finally(() => this.#underWay--);
  }

  async #fetch({ room, id }: Message): Promise<void> {
    this.#underWay++;
    try {
      const page = await this.client.ask<MessagePage>("GET", `/rooms/${room}/messages?after=${id - 1}&limit=1`);
      const message = page.messages.find((each) => each.id === id);
      if (message?.deletedAt !== undefined) return;
      const token = message ? tokenOf(message.content) : null;
      this.#options.history.add({ type: "fetched", user: this.id, room, id, token });
    } catch (error) {
      expectKnown(error);
    } finally {
      this.#underWay--;
    }
  }
}

function expectKnown(error: unknown): void {
  if (!(error instanceof ParleyError)) throw error;
}

const toShown = (message: Message): FinalView["rooms"][number]["messages"][number] => ({
  id: message.id,
  content: message.content,
  author: message.author.id,
  deleted: message.deletedAt !== undefined,
  reactions: toReactions(message.reactions ?? []),
});
