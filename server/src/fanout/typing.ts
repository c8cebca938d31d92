import { typingMs } from "@parley/protocol/frames";
import type { Topic, UserId } from "@parley/protocol/model";

/** More names than these nobody is shown. */
const writersMax = 4;
/** A writing client says so every three seconds; what comes sooner says nothing new. */
const againMs = typingMs / 2 - 500;
/** With more connections than these a room is told of its writers at a slower pace. */
const crowd = 100;
const crowdEveryMs = 1000;

/** How much typing a room is told of: enough to show who writes, whatever the number of those who do. */
export class TypingBounds {
  readonly #rooms = new Map<Topic, { toldAt: number; readonly writers: Map<UserId, number> }>();

  /** Whether the `audience` connections of this room are to be told that this user writes. */
  admits(topic: Topic, user: UserId, audience: number, now: number): boolean {
    const room = this.#rooms.get(topic) ?? { toldAt: Number.NEGATIVE_INFINITY, writers: new Map<UserId, number>() };
    const { writers } = room;
    for (const [writer, at] of writers) if (now - at >= typingMs) writers.delete(writer);
    const lastAt = writers.get(user);
    if (lastAt === undefined ? writers.size >= writersMax : now - lastAt < againMs) return false;
    if (audience > crowd && now - room.toldAt < crowdEveryMs) return false;
    room.toldAt = now;
    writers.set(user, now);
    this.#rooms.set(topic, room);
    return true;
  }

  /** Their message is there, or they are not: their place is free, and what they write next is told at once. */
  ended(topic: Topic, user: UserId): void {
    this.#rooms.get(topic)?.writers.delete(user);
  }

  /** Nobody follows this room any more. */
  forget(topic: Topic): void {
    this.#rooms.delete(topic);
  }
}
