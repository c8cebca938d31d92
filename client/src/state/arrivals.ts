import type { DeltaFrame } from "@parley/protocol/frames";
import type { Message, UserId } from "@parley/protocol/model";
import { untrack } from "solid-js";
import type { Rooms } from "./rooms.ts";

/** Tells of each new message of others in my rooms, once. */
export class Arrivals {
  readonly #me: UserId;
  readonly #rooms: Rooms;
  readonly #listeners = new Set<(message: Message) => void>();

  constructor(me: UserId, rooms: Rooms) {
    this.#me = me;
    this.#rooms = rooms;
  }

  /** Answers how to stop. */
  listen(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What arrives with a delta that is about to be applied, and that no delta before it has brought. */
  of({ messages = [] }: DeltaFrame): readonly Message[] {
    if (this.#listeners.size === 0) return [];
    return messages.filter(({ room: id, id: number, author, deletedAt }) => {
      const room = untrack(() => this.#rooms.find(id));
      return room?.membership && author.id !== this.#me && deletedAt === undefined && number > room.lastMessageId;
    });
  }

  tell(arriving: readonly Message[]): void {
    for (const message of arriving) for (const listener of this.#listeners) listener(message);
  }
}
