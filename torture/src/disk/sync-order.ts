import type { Step } from "./strace.ts";

/** What the order of calls shows of acknowledgements. */
export interface SyncOrder {
  /** Keys that were told to a client. */
  readonly told: number;
  readonly syncs: number;
  /** Keys that were told before they were on disk, or that never were, and of which nothing was written at all. */
  readonly early: readonly string[];
}

interface Commit {
  isComplete: boolean;
  isDurable: boolean;
}

const walHeaderBytes = 32;
const frameHeaderBytes = 24;

/**
 * Whether each key that left by a socket was on disk before: written to the write-ahead log, its commit's last frame with
 * it, and that followed by a sync of the log that began after the frame was written and returned before the key was sent.
 *
 *     pwrite64 … key …   pwrite64 last frame   fsync ───▶ 0   sendto … key …
 *
 * `keys` finds them, wherever they stand. A page that is written again brings its keys along: the first time counts.
 */
export async function checkSyncOrder(
  steps: AsyncIterable<Step>,
  keys: RegExp,
  { pageBytes = 4096 } = {},
): Promise<SyncOrder> {
  const commits = new Map<string, Commit>();
  const told = new Set<string>();
  const early = new Set<string>();
  /** By the thread that syncs: what was complete when it began. */
  const covered = new Map<number, readonly Commit[]>();
  let pending: Commit[] = [];
  let open: Commit = { isComplete: false, isDurable: false };
  let isLastFrame = false;
  let syncs = 0;
  for await (const { kind, call } of steps) {
    const isLog = call.path.endsWith("-wal");
    const isSync = call.name === "fsync" || call.name === "fdatasync";
    if (isLog && isSync && kind === "begins") {
      covered.set(call.thread, pending);
    } else if (isLog && isSync) {
      if (call.result !== 0) continue;
      syncs += 1;
      const durable = new Set(covered.get(call.thread));
      for (const commit of durable) commit.isDurable = true;
      pending = pending.filter((commit) => !durable.has(commit));
    } else if (isLog && call.name === "pwrite64" && kind === "returns") {
      for (const key of keysIn(call.data, keys)) if (!commits.has(key)) commits.set(key, open);
      const offset = call.numbers.at(-1) ?? 0;
      const isHeader =
        call.data.length === frameHeaderBytes && (offset - walHeaderBytes) % (frameHeaderBytes + pageBytes) === 0;
      // How large the database is after the commit; 0 in all frames but its last.
      if (isHeader) isLastFrame = call.data.readUInt32BE(4) !== 0;
      else if (isLastFrame && offset >= walHeaderBytes) {
        open.isComplete = true;
        pending = [...pending, open];
        open = { isComplete: false, isDurable: false };
        isLastFrame = false;
      }
    } else if (kind === "begins" && call.path.startsWith("socket:")) {
      for (const key of keysIn(call.data, keys)) {
        told.add(key);
        if (!commits.get(key)?.isDurable) early.add(key);
      }
    }
  }
  return { told: told.size, syncs, early: [...early] };
}

const keysIn = (data: Buffer, keys: RegExp): readonly string[] => data.toString("latin1").match(keys) ?? [];
