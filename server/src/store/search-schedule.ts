import type { DeltaFrame } from "@parley/protocol/frames";
import type { RoomId } from "@parley/protocol/model";

/**
 * Indexes a little of these rooms, in one transaction. Answers those that it came to the end of; null when it was not its
 * turn. `quiet` is whether nothing is being written, so that what can wait may be done now.
 */
export type IndexSlice = (
  rooms: ReadonlySet<RoomId>,
  quiet: boolean,
) => readonly RoomId[] | null | Promise<readonly RoomId[] | null>;

/**
 * Keeps a full-text index in step, behind the acknowledgements: in moments in which nothing is written, or a little now and
 * then where there are none.
 *
 *     batch ─▶ COMMIT ─▶ acks … batch ─▶ COMMIT ─▶ acks … (quiet) ─▶ a slice of the index ─▶ (quiet) ─▶ …
 */
export class SearchSchedule {
  readonly #indexSlice: IndexSlice;
  readonly #onError: (error: unknown) => void;
  /** Rooms that may have changed since they were indexed; who has waited longest comes first. */
  #behind: Set<RoomId>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  #closed = false;
  #committedAt = 0;
  #indexedAt = 0;

  /** What has failed is tried again. */
  constructor(behind: readonly RoomId[], indexSlice: IndexSlice, onError: (error: unknown) => void) {
    this.#indexSlice = indexSlice;
    this.#onError = onError;
    this.#behind = new Set(behind);
    this.#wait(quietMs);
  }

  onCommit(deltas: readonly DeltaFrame[]): void {
    for (const { topic } of deltas) if (topic.startsWith("room:")) this.#behind.add(topic.slice("room:".length));
    this.#committedAt = performance.now();
    this.#wait(quietMs);
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #wait(ms: number): void {
    if (this.#closed || this.#running || this.#timer !== undefined || this.#behind.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#run();
    }, ms);
  }

  async #run(): Promise<void> {
    // What follows comes after this run is noted as the one that is under way.
    await Promise.resolve();
    const now = performance.now();
    const quiet = now - this.#committedAt >= quietMs;
    // Between two slices whatever has come is written first.
    let pauseMs = quiet ? 0 : quietMs;
    if (quiet || now - this.#indexedAt >= busyMs) {
      // What is committed meanwhile puts a room behind again.
      const rooms = this.#behind;
      this.#behind = new Set();
      try {
        const done = await this.#indexSlice(rooms, quiet);
        if (done === null) pauseMs = busyMs;
        for (const room of done ?? []) rooms.delete(room);
      } catch (error) {
        pauseMs = failedMs;
        this.#onError(error);
        // What stands in the way of one room shall not keep the others waiting.
        const [first] = rooms;
        if (first !== undefined && rooms.delete(first)) rooms.add(first);
      }
      this.#behind = new Set([...rooms, ...this.#behind]);
      this.#indexedAt = performance.now();
    }
    this.#running = null;
    this.#wait(pauseMs);
  }
}

/** So long nothing was written: the writer is idle. */
const quietMs = 50;
/** Where there is never such a moment, one slice this often. */
const busyMs = 250;
const failedMs = 1000;
