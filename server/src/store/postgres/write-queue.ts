import { setTimeout as sleep } from "node:timers/promises";
import { ParleyError } from "@parley/protocol/errors";
import { PostgresError } from "../../platform/postgres.ts";
import type { Commit, Writes } from "../store.ts";
import type { Defaults, Input, Output } from "../verbs/verb.ts";
import {
  type CommittedBatch,
  type Counts,
  sizeOf,
  storageFull,
  toWriteError,
  type Write,
  type WriteName,
} from "../writes.ts";
import { CommitLostError, commitBatch } from "./batch.ts";
import { type Claims, claimsOf, type RowClaims } from "./claims.ts";
import { type CommitMark, isCommitted } from "./commit-mark.ts";
import type { Pool } from "./pool.ts";

interface Waiting {
  readonly write: Write;
  readonly claims: Claims;
  readonly bytes: number;
  /** By `performance.now`: then whoever wrote is told `unavailable`, unless it is under way and nobody knows how it ends. */
  readonly until: number;
  readonly resolve: (value: Output<Writes[WriteName]>) => void;
  readonly reject: (error: Error) => void;
}

interface Batch {
  readonly lane: Lane;
  readonly claims: Claims;
  readonly waiting: readonly Waiting[];
}

interface Lane {
  readonly name: string;
  /** Of its last transaction. */
  number: number;
}

/** Transactions under way at once. Those that wait for a disk or for another node hold up nobody else. */
export const laneCount = 4;
const batchWrites = 512;
/** Meanwhile everyone else waits. */
const aloneWrites = 64;
const batchBytes = 256 * 1024;
/** The first so many that wait are looked at for what may go now. */
const lookMax = 2048;
/** Whoever comes then is better told than kept waiting. */
const waitingMax = 10_000;
const patienceMs = 30_000;
/** Between two tries, at first; then twice as long, up to the longest. */
const [retryMs, retryMaxMs] = [20, 1000];

/**
 * Group commit with several transactions under way. What waits and needs no row of those under way is the next batch, so
 * that the writes to one room go one batch after the other, in the order in which they came, and share a commit:
 *
 *     waiting   A1 B1 A2 C1 A3 B2          A is under way
 *     next      B1 C1 B2                   A1 A2 A3 go together when it is done
 */
export class WriteQueue {
  readonly #pool: Pool;
  readonly #defaults: Defaults;
  readonly #counts: Counts;
  readonly #onCommit: (commit: Commit) => void;
  /** Those that are free. */
  readonly #lanes: Lane[];
  #waiting: Waiting[] = [];
  #alone = false;
  readonly #claimed = new Set<string>();
  #sending = false;
  #closing = false;
  #late: ReturnType<typeof setTimeout> | null = null;
  readonly #drained = Promise.withResolvers<void>();

  /** `onCommit` is told of each commit that changed a topic, of one topic in their order. */
  constructor(pool: Pool, defaults: Defaults, counts: Counts, onCommit: (commit: Commit) => void) {
    this.#pool = pool;
    this.#defaults = defaults;
    this.#counts = counts;
    this.#onCommit = onCommit;
    const own = crypto.randomUUID();
    this.#lanes = Array.from({ length: laneCount }, (_, index) => ({ name: `${own} ${index}`, number: 0 }));
  }

  /** Resolves once the write is durable and announced. Rejects with `unavailable` when it cannot be done in time. */
  put<K extends WriteName>(verb: K, input: Input<Writes[K]>): Promise<Output<Writes[K]>> {
    const { promise, resolve, reject } = Promise.withResolvers<Output<Writes[WriteName]>>();
    if (this.#closing || this.#waiting.length >= waitingMax) {
      reject(new ParleyError("unavailable"));
    } else {
      const write = { verb, input } as Write;
      const until = performance.now() + patienceMs;
      this.#waiting.push({ write, claims: claimsOf(write), bytes: sizeOf(write), until, resolve, reject });
      this.#sendSoon();
      this.#late ??= setTimeout(() => this.#tellLate(), patienceMs);
    }
    // A write is answered with what its own verb returned.
    return promise as Promise<Output<Writes[K]>>;
  }

  /** Accepts nothing more, and resolves when all that was accepted is answered. */
  async drain(): Promise<void> {
    this.#closing = true;
    this.#checkDrained();
    await this.#drained.promise;
  }

  #tellLate(): void {
    this.#waiting = [...tellLate(this.#waiting)];
    const first = this.#waiting[0];
    this.#late = first ? setTimeout(() => this.#tellLate(), Math.max(1, first.until - performance.now())) : null;
    this.#checkDrained();
  }

  /** What else this turn of the event loop writes shall share the commit. */
  #sendSoon(): void {
    if (this.#sending) return;
    this.#sending = true;
    queueMicrotask(() => {
      this.#sending = false;
      for (let batch = this.#take(); batch; batch = this.#take()) void this.#commit(batch);
    });
  }

  #take(): Batch | null {
    const lane = this.#alone ? undefined : this.#lanes.at(-1);
    if (!lane) return null;
    if (this.#waiting[0]?.claims === "everything") {
      if (this.#isBusy()) return null;
      return this.#start(lane, "everything", this.#waiting.splice(0, this.#countTogether()));
    }
    const taken = new Map<Waiting, RowClaims>();
    const blocked = new Set<string>();
    let bytes = 0;
    for (const waiting of this.#waiting.slice(0, lookMax)) {
      if (waiting.claims === "everything" || taken.size === batchWrites || bytes > batchBytes) break;
      const keys = keysOf(waiting.claims);
      if (keys.some((key) => this.#claimed.has(key) || blocked.has(key))) {
        for (const key of keys) blocked.add(key);
      } else {
        taken.set(waiting, waiting.claims);
        bytes += waiting.bytes;
      }
    }
    if (taken.size === 0) return null;
    this.#waiting = this.#waiting.filter((waiting) => !taken.has(waiting));
    return this.#start(lane, unite([...taken.values()]), [...taken.keys()]);
  }

  /** Who has the store alone takes along what has come by then. */
  #countTogether(): number {
    let bytes = 0;
    const end = this.#waiting.findIndex((waiting, index) => {
      bytes += waiting.bytes;
      return index === aloneWrites || (index > 0 && bytes > batchBytes);
    });
    return end === -1 ? this.#waiting.length : end;
  }

  #start(lane: Lane, claims: Claims, waiting: readonly Waiting[]): Batch {
    this.#lanes.pop();
    if (claims === "everything") this.#alone = true;
    else for (const key of keysOf(claims)) this.#claimed.add(key);
    return { lane, claims, waiting };
  }

  #isBusy(): boolean {
    return this.#lanes.length < laneCount;
  }

  /** Tries until it is done, or until everybody who waits for it has been told that it is not. */
  async #commit({ lane, claims, waiting }: Batch): Promise<void> {
    let left = waiting;
    for (let pauseMs = retryMs; left.length > 0; pauseMs = Math.min(pauseMs * 2, retryMaxMs)) {
      lane.number += 1;
      const mark = { lane: lane.name, number: lane.number };
      try {
        const writes = left.map(({ write }) => write);
        this.#settle(
          left,
          await this.#pool.use((connection) => commitBatch(connection, this.#defaults, claims, mark, writes)),
        );
        break;
      } catch (error) {
        if (error instanceof CommitLostError && (await this.#isCommitted(mark, left))) {
          this.#settle(left, error.batch);
          break;
        }
        if (!isPassing(error)) {
          for (const { reject } of left) reject(toReason(error));
          break;
        }
      }
      await sleep(pauseMs);
      left = tellLate(left);
    }
    this.#lanes.push(lane);
    if (claims === "everything") this.#alone = false;
    else for (const key of keysOf(claims)) this.#claimed.delete(key);
    this.#checkDrained();
    this.#sendSoon();
  }

  /**
   * Asks until the database knows. Who has waited too long is told so meanwhile; but the rows stay claimed, so that what
   * was committed is announced before anything that follows it.
   */
  async #isCommitted(mark: CommitMark, waiting: readonly Waiting[]): Promise<boolean> {
    for (let pauseMs = retryMs; ; pauseMs = Math.min(pauseMs * 2, retryMaxMs)) {
      const known = await this.#pool.use((connection) => isCommitted(connection, mark)).catch(() => null);
      if (known !== null) return known;
      // Whoever closes does not wait for a database that does not come back.
      if (tellLate(waiting).length === 0 && this.#closing) return false;
      await sleep(pauseMs);
    }
  }

  #settle(waiting: readonly Waiting[], { results, deltas, statements }: CommittedBatch): void {
    this.#counts.commits += 1;
    this.#counts.writes += waiting.length;
    this.#counts.statements += statements;
    try {
      if (deltas.length > 0) this.#onCommit({ deltas } as Commit);
    } finally {
      for (const [index, { resolve, reject }] of waiting.entries()) {
        const result = results[index];
        if (result?.ok) resolve(result.value);
        else reject(toWriteError(result));
      }
    }
  }

  #checkDrained(): void {
    if (!this.#closing || this.#isBusy() || this.#waiting.length > 0) return;
    if (this.#late) clearTimeout(this.#late);
    this.#drained.resolve();
  }
}

const keysOf = ({ rooms, users }: RowClaims): readonly string[] => [...rooms, ...users];

const unite = (claims: readonly RowClaims[]): RowClaims => ({
  rooms: [...new Set(claims.flatMap(({ rooms }) => rooms))],
  users: [...new Set(claims.flatMap(({ users }) => users))],
});

/** Tells those whose time is over, and answers the others. */
function tellLate(waiting: readonly Waiting[], now = performance.now()): readonly Waiting[] {
  return waiting.filter(({ until, reject }) => {
    if (now < until) return true;
    reject(new ParleyError("unavailable"));
    return false;
  });
}

/** Its disk is full. Whoever waits for room is better told. */
const isFull = (error: unknown): boolean => error instanceof PostgresError && error.code === "53100";

function toReason(error: unknown): Error {
  if (isFull(error)) return storageFull();
  return new Error(`nothing was committed: ${error instanceof Error ? error.message : String(error)}`);
}

/**
 * Whether another try may succeed, and nothing was committed: the connection was lost or not to be had; two transactions
 * stood in each other's way (40), or waited too long (55, 57); the server is short of something (53), restarts (57), or is
 * a standby for the moment (25).
 */
const isPassing = (error: unknown): boolean =>
  error instanceof ParleyError ||
  error instanceof CommitLostError ||
  (error instanceof PostgresError &&
    !isFull(error) &&
    (error.code === null || /^(08|25|40|53|55|57)/.test(error.code)));
