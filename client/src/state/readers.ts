import { mergeReceipts } from "@parley/protocol/apply";
import { ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame } from "@parley/protocol/frames";
import type { MessageId, Receipt, RoomId, UserId } from "@parley/protocol/model";
import { createSignal, type Signal, untrack } from "solid-js";

type Seen = ReadonlyMap<UserId, MessageId>;

/**
 * How far others have read, in small rooms whose history is followed. It is asked for once that history is there: what is
 * read later comes by deltas, and since a receipt only grows there, an answer that they have overtaken does no harm.
 */
export class Readers {
  readonly #load: (room: RoomId) => Promise<readonly Receipt[]>;
  readonly #rooms = new Map<RoomId, Signal<Seen>>();

  constructor(load: (room: RoomId) => Promise<readonly Receipt[]>) {
    this.#load = load;
  }

  /** Reactive. */
  of(room: RoomId): Seen {
    const known = this.#rooms.get(room);
    if (known) return known[0]();
    const signal = createSignal<Seen>(new Map());
    this.#rooms.set(room, signal);
    void this.#ask(room, signal);
    return signal[0]();
  }

  /** Of a room that is followed. */
  apply(room: RoomId, delta: DeltaFrame): void {
    this.#rooms.get(room)?.[1]((seen) => mergeReceipts(seen, delta));
  }

  /** It is not followed any more, or not from where it was. */
  clear(room: RoomId): void {
    this.#rooms.delete(room);
  }

  async #ask(room: RoomId, [seen, setSeen]: Signal<Seen>): Promise<void> {
    try {
      const receipts = await this.#load(room);
      const newer = receipts.filter(({ user, upTo }) => upTo > (untrack(seen).get(user) ?? -1));
      setSeen((before) => mergeReceipts(before, { receipts: newer }));
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error; // Else what is read from now on shows all the same.
    }
  }
}
