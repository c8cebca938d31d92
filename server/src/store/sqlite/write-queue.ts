import { Worker } from "node:worker_threads";
import { ParleyError } from "@parley/protocol/errors";
import { StartError } from "../../start-error.ts";
import type { Commit, Writes } from "../store.ts";
import type { Input, Output } from "../verbs/verb.ts";
import { type CommittedBatch, type Counts, sizeOf, toWriteError, type Write, type WriteName } from "../writes.ts";
import type { FromWriter, ToWriter, WriterSetup } from "./writer.ts";

interface Waiting {
  readonly write: Write;
  readonly bytes: number;
  readonly resolve: (value: Output<Writes[WriteName]>) => void;
  readonly reject: (error: Error) => void;
}

/** What whoever opened the store is told. */
export interface Troubles {
  /** The database or its thread failed: every later call rejects, and what was under way may or may not be durable. */
  readonly onFatal: (error: Error) => void;
  /** There is no room any more: writes but those that make room, or let people in, reject with `storage_full`. Or again. */
  readonly onFull?: ((isFull: boolean) => void) | undefined;
}

const batchWrites = 512;
const batchBytes = 256 * 1024;
/** Some seconds of work for a slow disk. Whoever comes then is better told than kept waiting. */
const waitingMax = 10_000;

/**
 * Group commit, as the main thread sees it. The writer thread has one batch at a time; what comes meanwhile is the next
 * batch. So the slower the disk, the more writes share an fsync, and nobody waits for more than two of them.
 *
 *     main     put ─▶ waiting ─▶ batch ┐         ┌▶ next batch; onCommit; each promise
 *     writer                           └▶ COMMIT ┘
 */
export class WriteQueue {
  readonly #worker: Worker;
  readonly #counts: Counts;
  readonly #onFatal: (error: Error) => void;
  readonly #onFull: (isFull: boolean) => void;
  readonly #onWritten: (writes: readonly Write[]) => void;
  readonly #started = Promise.withResolvers<void>();
  readonly #drained = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #state: "starting" | "open" | "closing" | "broken" = "starting";
  #listener: ((commit: Commit) => void) | null = null;
  #waiting: Waiting[] = [];
  #batch: readonly Waiting[] | null = null;

  /**
   * Starts the writer thread, which brings the database up to date. Throws `StartError` when that fails. `onWritten` is told
   * of what a commit has written before anyone else is.
   */
  static async start(
    setup: WriterSetup,
    counts: Counts,
    troubles: Troubles,
    onWritten: (writes: readonly Write[]) => void,
  ): Promise<WriteQueue> {
    const queue = new WriteQueue(setup, counts, troubles, onWritten);
    await queue.#started.promise;
    return queue;
  }

  private constructor(
    setup: WriterSetup,
    counts: Counts,
    { onFatal, onFull = () => {} }: Troubles,
    onWritten: (writes: readonly Write[]) => void,
  ) {
    this.#counts = counts;
    this.#onWritten = onWritten;
    this.#onFatal = onFatal;
    this.#onFull = onFull;
    this.#worker = new Worker(new URL("./writer.ts", import.meta.url), { workerData: setup });
    this.#worker.on("message", (message: FromWriter) => this.#receive(message));
    this.#worker.on("error", (error) => this.#break(`the writer thread failed: ${error}`));
    this.#worker.on("exit", () => {
      if (this.#state !== "closing" || this.#batch) this.#break("the writer thread ended");
      this.#ended.resolve();
    });
  }

  onCommit(listener: (commit: Commit) => void): void {
    this.#listener = listener;
  }

  /**
   * Resolves once the write is durable and announced. Rejects with `unavailable` when too many wait, or after `drain`,
   * and with `storage_full` when there is no room.
   */
  put<K extends WriteName>(verb: K, input: Input<Writes[K]>): Promise<Output<Writes[K]>> {
    const { promise, resolve, reject } = Promise.withResolvers<Output<Writes[WriteName]>>();
    if (this.#state !== "open" || this.#waiting.length >= waitingMax) {
      reject(new ParleyError("unavailable"));
    } else {
      const write = { verb, input } as Write;
      this.#waiting.push({ write, bytes: sizeOf(write), resolve, reject });
      // What else this turn of the event loop writes shall share the commit.
      if (this.#waiting.length === 1 && !this.#batch) queueMicrotask(() => this.#send());
    }
    // The writer answers a write with what its own verb returned.
    return promise as Promise<Output<Writes[K]>>;
  }

  /** Accepts nothing more, and resolves when all that was accepted is answered. */
  async drain(): Promise<void> {
    if (this.#state === "open") this.#state = "closing";
    if (!this.#batch && this.#waiting.length === 0) this.#drained.resolve();
    await this.#drained.promise;
  }

  /** After `drain`: moves the rest of the log into the database, and ends the thread. */
  async close(): Promise<void> {
    if (this.#state === "closing") this.#post({ type: "close" });
    await this.#ended.promise;
  }

  #send(): void {
    if (this.#batch || this.#waiting.length === 0) return;
    this.#batch = this.#waiting.splice(0, this.#nextBatchLength());
    this.#post({ type: "batch", writes: this.#batch.map(({ write }) => write) });
  }

  #nextBatchLength(): number {
    let bytes = 0;
    const end = this.#waiting.findIndex((waiting, index) => {
      bytes += waiting.bytes;
      return index === batchWrites || (index > 0 && bytes > batchBytes);
    });
    return end === -1 ? this.#waiting.length : end;
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWriter): void {
    switch (message.type) {
      case "ready":
        this.#state = "open";
        this.#started.resolve();
        return;
      case "refused":
        this.#state = "broken";
        this.#started.reject(new StartError(message.reason));
        return;
      case "committed":
        this.#finish((batch) => this.#settle(batch, message.batch));
        return;
      case "failed":
        this.#finish((batch) => {
          for (const { reject } of batch) reject(new Error(`nothing was committed: ${message.reason}`));
        });
        return;
      case "room":
        this.#onFull(message.isFull);
        return;
      case "broken":
        this.#break(message.reason);
        return;
    }
  }

  /** Gives the writer its next batch before answering the last one, so that it does not wait for the listener. */
  #finish(answer: (batch: readonly Waiting[]) => void): void {
    const batch = this.#batch ?? [];
    this.#batch = null;
    this.#send();
    try {
      answer(batch);
    } finally {
      if (this.#state === "closing" && !this.#batch) this.#drained.resolve();
    }
  }

  #settle(batch: readonly Waiting[], { results, deltas, statements }: CommittedBatch): void {
    this.#counts.commits += 1;
    this.#counts.writes += batch.length;
    this.#counts.statements += statements;
    this.#onWritten(batch.map(({ write }) => write));
    try {
      if (deltas.length > 0) this.#listener?.({ deltas } as Commit);
    } finally {
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result?.ok) resolve(result.value);
        else reject(toWriteError(result));
      }
    }
  }

  #break(reason: string): void {
    if (this.#state === "broken") return;
    const starting = this.#state === "starting";
    this.#state = "broken";
    const error = new Error(`the store failed: ${reason}`);
    for (const { reject } of [...(this.#batch ?? []), ...this.#waiting]) reject(error);
    this.#batch = null;
    this.#waiting = [];
    this.#drained.resolve();
    if (starting) this.#started.reject(error);
    else this.#onFatal(error);
  }
}
