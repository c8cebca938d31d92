import { ParleyError } from "@parley/protocol/errors";
import type { MessageId, RoomId } from "@parley/protocol/model";
import { backOffMs, type Clock, sleep } from "@parley/sdk/clock";

/** A room's receipt is sent at most this often: what is read meanwhile goes with the next one. */
const everyMs = 1000;
/** How long a place that may be wrong waits for more of what made it so. */
const doubtMs = 300;

export interface ReceiptsOptions {
  readonly clock: Clock;
  readonly send: (room: RoomId, mark: Mark) => Promise<void>;
  /** Asks for a room as it is now. */
  readonly reload: (room: RoomId) => Promise<void>;
}

export interface Mark {
  readonly upTo: MessageId;
  /** It may go back. */
  readonly unread: boolean;
}

/**
 * What I have read, on its way to the server. Each room's marks go one at a time, the newest instead of those before, until
 * the server has taken or refused it; while there is no connection they wait. And rooms whose counts are in doubt are asked
 * for again, once for all that happens within a moment.
 */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #marks = new Map<RoomId, Mark>();
  readonly #busy = new Set<RoomId>();
  readonly #doubts = new Map<RoomId, () => void>();
  #isOpen = false;
  #isClosed = false;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** How far this client knows that I have read, where the server may not know it yet. */
  ahead(room: RoomId): MessageId | undefined {
    const mark = this.#marks.get(room);
    return mark?.unread ? undefined : mark?.upTo;
  }

  put(room: RoomId, mark: Mark): void {
    this.#marks.set(room, mark);
    void this.#send(room);
  }

  doubt(room: RoomId): void {
    if (this.#isClosed || this.#doubts.has(room)) return;
    const { clock, reload } = this.#options;
    const cancel = clock.after(doubtMs, () => {
      this.#doubts.delete(room);
      // Unreachable, or out of the room: then the list of rooms comes with the next connection.
      reload(room).catch((error: unknown) => {
        if (!(error instanceof ParleyError)) throw error;
      });
    });
    this.#doubts.set(room, cancel);
  }

  /** Forgets a room. */
  clear(room: RoomId): void {
    this.#marks.delete(room);
    this.#doubts.get(room)?.();
    this.#doubts.delete(room);
  }

  open(): void {
    this.#isOpen = true;
    for (const room of [...this.#marks.keys()]) void this.#send(room);
  }

  lost(): void {
    this.#isOpen = false;
  }

  close(): void {
    this.#isOpen = false;
    this.#isClosed = true;
    for (const cancel of this.#doubts.values()) cancel();
  }

  async #send(room: RoomId): Promise<void> {
    if (this.#busy.has(room)) return;
    this.#busy.add(room);
    let tries = 0;
    for (let mark = this.#marks.get(room); mark && this.#isOpen; mark = this.#marks.get(room)) {
      const wait = await this.#sendOnce(room, mark, ++tries);
      if (wait === null) tries = 0;
      await sleep(this.#options.clock, wait ?? everyMs);
    }
    this.#busy.delete(room);
  }

  /** Null when it is done with, else how long to wait before the next try. */
  async #sendOnce(room: RoomId, mark: Mark, tries: number): Promise<number | null> {
    try {
      await this.#options.send(room, mark);
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.retryable) return error.retryAfterMs ?? backOffMs(this.#options.clock, tries);
    }
    // What has come meanwhile is still to be sent.
    if (this.#marks.get(room) === mark) this.#marks.delete(room);
    return null;
  }
}
