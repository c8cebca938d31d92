import { ParleyError } from "@parley/protocol/errors";
import type { Message, RoomId } from "@parley/protocol/model";
import { backOffMs, type Clock, sleep } from "../connection/clock.ts";
import type { LiveEntry } from "./entry.ts";

/** How often a message is tried that the server stumbles over: it must not hold up the others for ever. */
const internalErrorsMax = 5;

export interface OutboxOptions {
  readonly clock: Clock;
  /** Sends a message and resolves with it as the server has it. Repeating it is safe: the key makes it one message. */
  readonly send: (message: Message, clientMessageId: string) => Promise<Message>;
  readonly onSent: (entry: LiveEntry, message: Message) => void;
}

/**
 * Messages on their way. Each room's go one at a time and in order, each under one key for ever, until the server has
 * taken or refused it. While there is no connection they wait.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queues = new Map<RoomId, LiveEntry[]>();
  readonly #busy = new Set<RoomId>();
  #isOpen = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  add(entry: LiveEntry): void {
    const { room } = entry.shown;
    this.#queues.set(room, [...(this.#queues.get(room) ?? []), entry]);
    void this.#send(room);
  }

  /** Forgets a room's messages. */
  clear(room: RoomId): void {
    this.#queues.delete(room);
  }

  /** The connection is there, and what it missed has been caught up: an entry may have turned out to be sent. */
  open(): void {
    this.#isOpen = true;
    for (const room of this.#queues.keys()) void this.#send(room);
  }

  close(): void {
    this.#isOpen = false;
  }

  async #send(room: RoomId): Promise<void> {
    if (this.#busy.has(room)) return;
    this.#busy.add(room);
    let failures = 0;
    for (let entry = this.#next(room); entry; entry = this.#next(room)) {
      const delay = await this.#sendOne(entry, failures + 1);
      if (delay === null) {
        this.#remove(room, entry);
        failures = 0;
      } else {
        failures++;
        if (this.#isOpen) await sleep(this.#options.clock, delay);
      }
    }
    this.#busy.delete(room);
  }

  #next(room: RoomId): LiveEntry | undefined {
    const queue = (this.#queues.get(room) ?? []).filter(({ isPending }) => isPending);
    this.#queues.set(room, queue);
    return this.#isOpen ? queue[0] : undefined;
  }

  #remove(room: RoomId, entry: LiveEntry): void {
    const queue = this.#queues.get(room);
    if (queue)
      this.#queues.set(
        room,
        queue.filter((other) => other !== entry),
      );
  }

  /** Null when it is done with, else how long to wait before the next try. */
  async #sendOne(entry: LiveEntry, tries: number): Promise<number | null> {
    const { send, onSent, clock } = this.#options;
    try {
      onSent(entry, await send(entry.shown, entry.clientMessageId ?? ""));
      return null;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.retryable && !(error.code === "internal" && tries >= internalErrorsMax)) {
        return error.retryAfterMs ?? backOffMs(clock, tries);
      }
      entry.setFailed(error.message);
      return null;
    }
  }
}
