import { ParleyError } from "@parley/protocol/errors";
import type { MessageId, RoomId } from "@parley/protocol/model";
import type { Clock } from "@parley/sdk/clock";
import type { Mark } from "@parley/sdk/outbox";

/** A room's mark is kept at most this often: what is read meanwhile goes with the next one. */
const everyMs = 1000;
/** How long a place that may be wrong waits for more of what made it so. */
const doubtMs = 300;

export interface ReceiptsOptions {
  readonly clock: Clock;
  /** Has the outbox send it. */
  readonly put: (mark: Mark) => Promise<void>;
  /** I have read this far, on a page of before or another one. */
  readonly onAhead: (room: RoomId, upTo: MessageId) => void;
  /** Asks for a room as it is now. */
  readonly reload: (room: RoomId) => Promise<void>;
}

/**
 * What I have read, on its way to the server: of each room the last mark. The outbox keeps and sends them. And rooms whose
 * counts are in doubt are asked for again, once for all that happens within a moment.
 */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #marks = new Map<RoomId, Mark>();
  readonly #resting = new Set<RoomId>();
  readonly #doubts = new Map<RoomId, () => void>();
  #isClosed = false;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** How far this client knows that I have read, where the server may not know it yet. */
  ahead(room: RoomId): MessageId | undefined {
    const mark = this.#marks.get(room);
    return mark?.unread ? undefined : mark?.upTo;
  }

  put(mark: Mark): void {
    this.#marks.set(mark.room, mark);
    if (!this.#resting.has(mark.room)) this.#keep(mark);
  }

  /** The outbox has it. */
  kept(mark: Mark): void {
    if (this.#marks.has(mark.room)) return;
    this.#marks.set(mark.room, mark);
    if (!mark.unread) this.#options.onAhead(mark.room, mark.upTo);
  }

  /** The server has it, or does not want it. */
  done({ room, upTo, unread }: Mark): void {
    const mark = this.#marks.get(room);
    if (mark?.upTo === upTo && mark.unread === unread) this.#marks.delete(room);
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

  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#doubts.values()) cancel();
  }

  #keep(mark: Mark): void {
    const { room } = mark;
    this.#resting.add(room);
    void this.#options.put(mark);
    this.#options.clock.after(everyMs, () => {
      this.#resting.delete(room);
      const next = this.#marks.get(room);
      if (next && next !== mark && !this.#isClosed) this.#keep(next);
    });
  }
}
