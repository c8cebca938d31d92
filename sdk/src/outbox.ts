import { ParleyError } from "@parley/protocol/errors";
import type { Attachment, Message, RoomId } from "@parley/protocol/model";
import { backOffMs, type Clock, sleep } from "./clock.ts";

/** How often a message is tried that the server stumbles over: it must not hold up the others for ever. */
const internalErrorsMax = 5;

/** A message on its way. */
export interface Outgoing {
  readonly clientMessageId: string;
  readonly room: RoomId;
  readonly content: string;
  readonly attachments?: readonly Attachment[];
}

export interface OutboxOptions {
  readonly clock: Clock;
  /** Sends a message and resolves with it as the server has it. Repeating it is safe: the key makes it one message. */
  readonly send: (outgoing: Outgoing) => Promise<Message>;
  readonly onSent: (outgoing: Outgoing, message: Message) => void;
  /** The server has refused it, for good. */
  readonly onFailed: (outgoing: Outgoing, error: ParleyError) => void;
}

/**
 * Messages on their way. Each room's go one at a time and in order, each under one key for ever, until the server has
 * taken or refused it. While there is no connection they wait.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queues = new Map<RoomId, readonly Outgoing[]>();
  readonly #busy = new Set<RoomId>();
  #isOpen = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  add(outgoing: Outgoing): void {
    const { room } = outgoing;
    this.#queues.set(room, [...(this.#queues.get(room) ?? []), outgoing]);
    void this.#send(room);
  }

  /** A message of mine has come from the server, perhaps before its ack: it is sent, and need not be sent again. */
  arrived(message: Message): void {
    const queue = this.#queues.get(message.room) ?? [];
    const outgoing = queue.find(({ clientMessageId }) => clientMessageId === message.clientMessageId);
    if (outgoing && this.#remove(outgoing)) this.#options.onSent(outgoing, message);
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
    for (let outgoing = this.#next(room); outgoing; outgoing = this.#next(room)) {
      const delay = await this.#sendOne(outgoing, failures + 1);
      if (delay === null) {
        failures = 0;
      } else {
        failures++;
        if (this.#isOpen) await sleep(this.#options.clock, delay);
      }
    }
    this.#busy.delete(room);
  }

  #next(room: RoomId): Outgoing | undefined {
    return this.#isOpen ? this.#queues.get(room)?.[0] : undefined;
  }

  /** Whether it was still there. */
  #remove(outgoing: Outgoing): boolean {
    const { room } = outgoing;
    const queue = this.#queues.get(room) ?? [];
    if (!queue.includes(outgoing)) return false;
    this.#queues.set(
      room,
      queue.filter((other) => other !== outgoing),
    );
    return true;
  }

  /** Null when it is done with, else how long to wait before the next try. */
  async #sendOne(outgoing: Outgoing, tries: number): Promise<number | null> {
    const { send, onSent, onFailed, clock } = this.#options;
    try {
      const message = await send(outgoing);
      if (this.#remove(outgoing)) onSent(outgoing, message);
      return null;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.retryable && !(error.code === "internal" && tries >= internalErrorsMax)) {
        return error.retryAfterMs ?? backOffMs(clock, tries);
      }
      if (this.#remove(outgoing)) onFailed(outgoing, error);
      return null;
    }
  }
}
