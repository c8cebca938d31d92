import { relate } from "@parley/protocol/apply";
import { encodeFrame } from "@parley/protocol/codec";
import { closeCodes } from "@parley/protocol/errors";
import { type DeltaFrame, isGone, type TypingFrame } from "@parley/protocol/frames";
import {
  type Presence,
  type RoomId,
  roomTopic,
  type Seq,
  type SessionId,
  type Topic,
  type UserId,
  userTopic,
} from "@parley/protocol/model";
import type { Fanout } from "../app.ts";
import type { Commit } from "../store/store.ts";
import type { TopicHead } from "../store/topics.ts";
import type { Connection } from "./connection.ts";
import { Encoded } from "./encoded.ts";
import { Recent } from "./recent.ts";
import { TypingBounds } from "./typing.ts";
import { Watchers } from "./watchers.ts";

/** What links a hub to those of other nodes. */
export interface Links {
  /** How many connections the others have. */
  readonly connections: number;
  /** Deltas that this node has committed, in their order. */
  committed(deltas: readonly Encoded[]): void;
  typed(topic: Topic, frame: TypingFrame): void;
  /** The first connection here follows the topic; the last one has left it. */
  followed(topic: Topic): void;
  left(topic: Topic): void;
  /** The topic stands at `head`, and what leads there has not come here: it is on its way, or lost. */
  behind(topic: Topic, head: Seq): void;
}

interface Followed {
  /** Up to where its changes were delivered here. Null until the first of them, or what says where it stands. */
  head: Seq | null;
  readonly connections: Set<Connection>;
  /** Those among them that the platform's publish does not reach. */
  readonly streams: Set<Connection>;
  /** Deltas that came before what they continue. */
  held: Encoded[];
}

/** Of one topic. What is held beyond it is dropped: whoever fetches what is missing gets that as well. */
const heldMax = 256;
/** What was delivered lately and may be asked for again. */
const recentBounds = { deltas: 1000, ageMs: 2 * 60_000, bytes: 32 * 1024 * 1024 };

/**
 * The connections of this process, and what reaches them.
 *
 * Rights follow the deltas themselves: a commit that ends a membership takes its user's connections off the room's topic
 * *before* anything of that commit is published, and one that begins a membership puts them on it. So there is no
 * moment, and no second channel, in which access and delivery could disagree.
 *
 * With other nodes at work on the same store, deltas of a topic come by several ways and not in order. Each topic is
 * delivered in its own order all the same, and each change once: what is not ahead of the head is left out, what does not
 * continue it waits for what does.
 */
export class Hub implements Fanout {
  /** What was delivered lately, in the order of each topic. */
  readonly recent: Recent;
  readonly #publish: (topic: Topic, text: string) => void;
  readonly #byUser = new Map<UserId, Set<Connection>>();
  readonly #topics = new Map<Topic, Followed>();
  readonly #topicsOf = new Map<Connection, Set<Topic>>();
  /** Connections whose rights are being read, and have not changed meanwhile. */
  readonly #opening = new Set<Connection>();
  readonly #watchers = new Watchers();
  readonly #typing = new TypingBounds();
  readonly #now: () => number;
  readonly #returnsPerSecond: number;
  #links: Links | null = null;
  #onRevoked: (user: UserId, session: SessionId) => void = () => {};

  /** `publish` sends one encoded frame to every socket that is subscribed to a topic. */
  constructor(
    publish: (topic: Topic, text: string) => void,
    {
      now = Date.now,
      returnsPerSecond = 1000,
    }: { readonly now?: () => number; readonly returnsPerSecond?: number } = {},
  ) {
    this.#publish = publish;
    this.#now = now;
    this.#returnsPerSecond = returnsPerSecond;
    this.recent = new Recent(recentBounds, now);
  }

  /** Before the first connection, where there may be other nodes. */
  link(links: Links): void {
    this.#links = links;
  }

  /** Calls the listener when a session is revoked, once its connections are closed. At most one listener. */
  onRevoked(listener: (user: UserId, session: SessionId) => void): void {
    this.#onRevoked = listener;
  }

  get size(): number {
    return this.#topicsOf.size + (this.#links?.connections ?? 0);
  }

  /** How many connections this process has. */
  get open(): number {
    return this.#topicsOf.size;
  }

  /** Registers a connection. From now on it is known what its user gains and loses; `follow` comes next. */
  add(connection: Connection): void {
    const connections = this.#byUser.get(connection.userId) ?? new Set();
    this.#byUser.set(connection.userId, connections.add(connection));
    this.#topicsOf.set(connection, new Set());
    this.#opening.add(connection);
  }

  /**
   * Subscribes a connection to the topics of its user, read after `add`. False when what the user may follow has changed
   * meanwhile, so that it must be read again.
   */
  follow(connection: Connection, topics: readonly TopicHead[]): boolean {
    if (!this.#topicsOf.has(connection)) return true;
    if (!this.#opening.delete(connection)) {
      this.#opening.add(connection);
      return false;
    }
    for (const { topic, head } of topics) this.#subscribe(connection, topic, head);
    return true;
  }

  /** Whether a connection is subscribed to a topic: whether its user may be told of it in this moment. */
  isFollowing(connection: Connection, topic: Topic): boolean {
    return this.#topicsOf.get(connection)?.has(topic) ?? false;
  }

  /** Forgets a closed connection. */
  remove(connection: Connection): void {
    for (const topic of this.#topicsOf.get(connection) ?? []) this.#forget(connection, topic);
    this.#topicsOf.delete(connection);
    this.#opening.delete(connection);
    this.#watchers.forget(connection);
    const connections = this.#byUser.get(connection.userId);
    connections?.delete(connection);
    if (connections?.size === 0) this.#byUser.delete(connection.userId);
  }

  /** Delivers a commit of this node: rights first, then each delta, encoded once and published once. */
  publish(commit: Commit): void {
    const deltas = commit.deltas.map((delta) => new Encoded(delta));
    this.#links?.committed(deltas);
    this.receive(deltas);
  }

  /** Delivers what another node has committed, or what was read from the store, in the same way. */
  receive(deltas: readonly Encoded[]): void {
    this.#deliver(deltas.filter((delta) => this.#accepts(delta)));
    if (this.#links) for (const { delta } of deltas) this.#release(delta.topic);
  }

  broadcast(topic: Topic, frame: TypingFrame): void {
    if (this.tell(topic, frame)) this.#links?.typed(topic, frame);
  }

  /** Sends to those here who follow the topic. False when they have been told enough. */
  tell(topic: Topic, frame: TypingFrame): boolean {
    const followed = this.#topics.get(topic);
    if (!followed) return true;
    if (!this.#typing.admits(topic, frame.user, followed.connections.size, this.#now())) return false;
    this.#send(topic, followed, encodeFrame(frame));
    return true;
  }

  /** From now on, tells this connection of these users' presence, and of nobody else's. */
  watch(connection: Connection, users: readonly UserId[]): void {
    if (this.#topicsOf.has(connection)) this.#watchers.watch(connection, users);
  }

  /** Told with the next `tellPresence`, to those who watch this user. */
  onPresence(user: UserId, presence: Presence): void {
    this.#watchers.changed(user, presence);
  }

  tellPresence(): void {
    this.#watchers.flush();
  }

  /** Where each topic of this connection stands: what reveals a lost last frame. */
  headsOf(connection: Connection): Record<string, Seq> {
    const heads: Record<string, Seq> = {};
    for (const topic of this.#topicsOf.get(connection) ?? []) {
      const head = this.headOf(topic);
      if (typeof head === "number") heads[topic] = head;
    }
    return heads;
  }

  /** Up to where a topic was delivered; null when that is not known yet, undefined when nobody here follows it. */
  headOf(topic: Topic): Seq | null | undefined {
    return this.#topics.get(topic)?.head;
  }

  /** Every topic that somebody here follows. */
  topics(): readonly Topic[] {
    return [...this.#topics.keys()];
  }

  /**
   * Closes connections that read too slowly, whose session has run out, or whose peer has fallen silent. Asks those that
   * are quiet for a sign of life.
   */
  sweep(
    now: number,
    bounds: { readonly bufferedBytes: number; readonly quietMs: number; readonly silentMs: number },
  ): void {
    for (const connection of this.#topicsOf.keys()) {
      if (connection.bufferedBytes() > bounds.bufferedBytes) connection.close(closeCodes.tooSlow, "too slow");
      else if (now >= connection.expiresAt) connection.close(closeCodes.notSignedIn, "session expired");
      else if (now - connection.lastHeardAt() > bounds.silentMs) connection.terminate();
      else if (now - connection.lastHeardAt() > bounds.quietMs) connection.ping();
    }
  }

  /**
   * Closes every connection, or all that follow one topic, and tells each when to return: spread over as long as it takes to
   * let them all in again, and over a second at least.
   */
  sendAway(topic?: Topic): void {
    const connections = topic === undefined ? this.#topicsOf.keys() : this.#topics.get(topic)?.connections;
    const leaving = [...(connections ?? [])];
    const spreadMs = Math.max(1000, (leaving.length / this.#returnsPerSecond) * 1000);
    for (const connection of leaving) {
      const retryInMs = Math.round(250 + Math.random() * spreadMs);
      connection.close(closeCodes.restarting, JSON.stringify({ retryInMs }));
    }
  }

  connectionsOf(userId: UserId): number {
    return this.#byUser.get(userId)?.size ?? 0;
  }

  connections(): readonly Connection[] {
    return [...this.#topicsOf.keys()];
  }

  /** Whether a delta is the next of its topic. One that is ahead of its time is kept for then. */
  #accepts(arrival: Encoded): boolean {
    const { topic, to } = arrival.delta;
    const followed = this.#topics.get(topic);
    if (!followed) return true;
    const relation = this.#links && followed.head !== null ? relate(followed.head, arrival.delta) : "next";
    if (relation === "next") {
      followed.head = Math.max(followed.head ?? 0, to);
    } else if (relation === "gap") {
      if (followed.held.length < heldMax) followed.held.push(arrival);
      else followed.held = [];
      this.#links?.behind(topic, to);
    }
    return relation === "next";
  }

  /** Delivers what was held of a topic and is next now. */
  #release(topic: Topic): void {
    for (;;) {
      const followed = this.#topics.get(topic);
      const at = followed?.held.findIndex(({ delta }) => delta.from <= (followed.head ?? 0)) ?? -1;
      const [next] = at === -1 ? [] : (followed?.held.splice(at, 1) ?? []);
      if (!next) return;
      if (this.#accepts(next)) this.#deliver([next]);
    }
  }

  #deliver(deltas: readonly Encoded[]): void {
    for (const { delta } of deltas) this.#applyRights(delta);
    for (const encoded of deltas) {
      const { topic, to, messages = [] } = encoded.delta;
      const followed = this.#topics.get(topic);
      if (!followed) continue;
      // A topic that the same commit has just begun to be followed has no head yet.
      followed.head = Math.max(followed.head ?? 0, to);
      for (const { author } of messages) this.#typing.ended(topic, author.id);
      this.#send(topic, followed, encoded.text);
      if (!encoded.isCut) this.recent.add(encoded);
    }
    for (const { delta } of deltas) this.#applyEndings(delta);
  }

  #send(topic: Topic, { connections, streams }: Followed, text: string): void {
    if (connections.size > streams.size) this.#publish(topic, text);
    for (const stream of streams) stream.send(text);
  }

  #applyRights(delta: DeltaFrame): void {
    for (const user of delta.users ?? []) {
      if (delta.topic !== userTopic(user.id)) continue;
      for (const connection of this.#byUser.get(user.id) ?? []) connection.roleChanged?.(user.role);
    }
    for (const membership of delta.memberships ?? []) {
      const topic = roomTopic(membership.room);
      for (const connection of this.#byUser.get(membership.user.id) ?? []) {
        this.#opening.delete(connection);
        if (membership.leftAt === undefined) this.#subscribe(connection, topic, null);
        else this.#unsubscribe(connection, topic);
      }
    }
  }

  #applyEndings(delta: DeltaFrame): void {
    for (const room of delta.rooms ?? []) {
      if (isGone(room) && delta.topic === roomTopic(room.id)) this.#close(room.id);
    }
    for (const session of delta.sessions ?? []) {
      if (session.revokedAt !== undefined) this.#end(session.id, delta.topic);
    }
  }

  #close(room: RoomId): void {
    const topic = roomTopic(room);
    for (const connection of [...(this.#topics.get(topic)?.connections ?? [])]) this.#unsubscribe(connection, topic);
  }

  #end(session: SessionId, topic: Topic): void {
    for (const connection of [...(this.#topics.get(topic)?.connections ?? [])]) {
      if (connection.sessionId === session) connection.close(closeCodes.notSignedIn, "signed out");
    }
    this.#onRevoked(topic.slice("user:".length), session);
  }

  /** `head` is where the topic was read to stand, if it was. */
  #subscribe(connection: Connection, topic: Topic, head: Seq | null): void {
    const entry = this.#topics.get(topic);
    const followed = entry ?? { head, connections: new Set(), streams: new Set(), held: [] };
    followed.connections.add(connection);
    if (!connection.isPublishedTo) followed.streams.add(connection);
    this.#topicsOf.get(connection)?.add(topic);
    connection.subscribe(topic);
    if (!entry) {
      this.#topics.set(topic, followed);
      this.#links?.followed(topic);
    } else if (head !== null && head > (followed.head ?? 0)) {
      // The others have not been given what this reading has seen already.
      if (this.#links) this.#links.behind(topic, head);
      else followed.head = head;
    }
  }

  #unsubscribe(connection: Connection, topic: Topic): void {
    connection.unsubscribe(topic);
    this.#forget(connection, topic);
    this.#topicsOf.get(connection)?.delete(topic);
  }

  #forget(connection: Connection, topic: Topic): void {
    const entry = this.#topics.get(topic);
    entry?.connections.delete(connection);
    entry?.streams.delete(connection);
    if (entry?.connections.size !== 0) return;
    this.#topics.delete(topic);
    this.#typing.forget(topic);
    this.#links?.left(topic);
  }
}
