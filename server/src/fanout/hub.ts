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
import type { Connection } from "./connection.ts";
import { TypingBounds } from "./typing.ts";
import { Watchers } from "./watchers.ts";

interface Followed {
  head: Seq;
  readonly connections: Set<Connection>;
  /** Those among them that the platform's publish does not reach. */
  readonly streams: Set<Connection>;
}

/**
 * The connections of this process, and what reaches them.
 *
 * Rights follow the deltas themselves: a commit that ends a membership takes its user's connections off the room's topic
 * *before* anything of that commit is published, and one that begins a membership puts them on it. So there is no
 * moment, and no second channel, in which access and delivery could disagree.
 */
export class Hub implements Fanout {
  readonly #publish: (topic: Topic, text: string) => void;
  readonly #byUser = new Map<UserId, Set<Connection>>();
  readonly #topics = new Map<Topic, Followed>();
  readonly #topicsOf = new Map<Connection, Set<Topic>>();
  readonly #watchers = new Watchers();
  readonly #typing = new TypingBounds();
  readonly #now: () => number;

  /** `publish` sends one encoded frame to every socket that is subscribed to a topic. */
  constructor(publish: (topic: Topic, text: string) => void, now: () => number = Date.now) {
    this.#publish = publish;
    this.#now = now;
  }

  get size(): number {
    return this.#topicsOf.size;
  }

  /** Registers a connection and subscribes it to the topics of its user. */
  add(connection: Connection, topics: readonly { readonly topic: Topic; readonly head: Seq }[]): void {
    const connections = this.#byUser.get(connection.userId) ?? new Set();
    this.#byUser.set(connection.userId, connections.add(connection));
    this.#topicsOf.set(connection, new Set());
    for (const { topic, head } of topics) this.#subscribe(connection, topic, head);
  }

  /** Forgets a closed connection. */
  remove(connection: Connection): void {
    for (const topic of this.#topicsOf.get(connection) ?? []) this.#forget(connection, topic);
    this.#topicsOf.delete(connection);
    this.#watchers.forget(connection);
    const connections = this.#byUser.get(connection.userId);
    connections?.delete(connection);
    if (connections?.size === 0) this.#byUser.delete(connection.userId);
  }

  /** Delivers a commit: rights first, then each delta, encoded once and published once. */
  publish(commit: Commit): void {
    for (const delta of commit.deltas) this.#applyRights(delta);
    for (const delta of commit.deltas) {
      const topic = this.#topics.get(delta.topic);
      if (!topic) continue;
      topic.head = Math.max(topic.head, delta.to);
      for (const { author } of delta.messages ?? []) this.#typing.ended(delta.topic, author.id);
      this.#deliver(delta.topic, topic, encodeFrame(delta));
    }
    for (const delta of commit.deltas) this.#applyEndings(delta);
  }

  broadcast(topic: Topic, frame: TypingFrame): void {
    const followed = this.#topics.get(topic);
    if (!followed || !this.#typing.admits(topic, frame.user, followed.connections.size, this.#now())) return;
    this.#deliver(topic, followed, encodeFrame(frame));
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
    for (const topic of this.#topicsOf.get(connection) ?? []) heads[topic] = this.#topics.get(topic)?.head ?? 0;
    return heads;
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

  connectionsOf(userId: UserId): number {
    return this.#byUser.get(userId)?.size ?? 0;
  }

  connections(): readonly Connection[] {
    return [...this.#topicsOf.keys()];
  }

  #deliver(topic: Topic, { connections, streams }: Followed, text: string): void {
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
        if (membership.leftAt === undefined) this.#subscribe(connection, topic, 0);
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
  }

  #subscribe(connection: Connection, topic: Topic, head: Seq): void {
    const entry = this.#topics.get(topic) ?? { head, connections: new Set(), streams: new Set() };
    this.#topics.set(topic, entry);
    entry.head = Math.max(entry.head, head);
    entry.connections.add(connection);
    if (!connection.isPublishedTo) entry.streams.add(connection);
    this.#topicsOf.get(connection)?.add(topic);
    connection.subscribe(topic);
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
  }
}
