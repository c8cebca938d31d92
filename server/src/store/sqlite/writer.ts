import { statSync } from "node:fs";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { openSqlite, type Sqlite, sqliteErrorCode } from "../../platform/sqlite.ts";
import { StartError } from "../../start-error.ts";
import type { Defaults } from "../verbs/verb.ts";
import type { CommittedBatch, Write } from "../writes.ts";
import { commitBatch, isBroken, isFull } from "./batch.ts";
import { commitSpared } from "./full-disk.ts";
import { migrate } from "./migrations.ts";
import { Reserve } from "./reserve.ts";
import { keepSearchIndex, setMerging } from "./search-index.ts";

/**
 * The writer thread: alone in writing to the database, in waiting for the disk, and in moving pages from the write-ahead
 * log into the database. It takes one batch at a time, and ends by itself: when it is told to close, or when the
 * database can no longer be trusted.
 */
export interface WriterSetup {
  readonly path: string;
  /** The file that keeps room on the disk for what must be written when it is full. */
  readonly reserve: string;
  readonly defaults: Defaults;
}

export type ToWriter = { readonly type: "batch"; readonly writes: readonly Write[] } | { readonly type: "close" };

export type FromWriter =
  | { readonly type: "ready" }
  /** The database cannot be opened. */
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "committed"; readonly batch: CommittedBatch }
  /** There is no room any more, or again. */
  | { readonly type: "room"; readonly isFull: boolean }
  /** Nothing of the batch was committed. The next one may succeed. */
  | { readonly type: "failed"; readonly reason: string }
  /** Nothing can be promised any more, not even what became of the batch. */
  | { readonly type: "broken"; readonly reason: string };

const idleMs = 250;
/** For another connection's lock. */
const patienceMs = 5000;
/** A longer log slows reads down and fills the disk; cutting it makes one batch wait. While someone reads for long, it grows. */
const longLogBytes = 64 * 1024 * 1024;
/** While a long reading keeps the log from being cut, it is tried again each time that it has grown by this. */
const againBytes = 16 * 1024 * 1024;
/** A search is over by then. What reads for longer, like a backup, is not waited for. */
const cutPatienceMs = 250;
const reserveBounds = { bytes: 64 * 1024 * 1024, spareBytes: 16 * 1024 * 1024 };
/** When the reserve is taken after the start, and again where there is no room for it. */
const reserveAfterMs = 5000;
/** How often it is looked whether there is room again. */
const lookEveryMs = 1000;

if (!parentPort) throw new Error("the writer runs as a thread");
startWriter(parentPort, workerData);

function startWriter(port: MessagePort, { path, reserve: reservePath, defaults }: WriterSetup): void {
  const post = (message: FromWriter) => port.postMessage(message);
  const reserve = new Reserve(reservePath, reserveBounds);
  let hasRoom = true;
  let database: Sqlite;
  try {
    try {
      database = open(path);
    } catch (error) {
      if (!isFull(error)) throw error;
      hasRoom = false;
      reserve.giveUp();
      database = open(path);
    }
  } catch (error) {
    post({ type: "refused", reason: toStartReason(error, path) });
    port.close();
    return;
  }

  let idle: ReturnType<typeof setTimeout> | undefined;
  let tooLongBytes = longLogBytes;
  const rest = () => {
    clearTimeout(idle);
    clearTimeout(looking);
    void searchIndex.close();
  };
  const abandon = (error: unknown) => {
    rest();
    post({ type: "broken", reason: toReason(error) });
    port.close();
  };
  /** Answers whether all of the log is in the database now. */
  const checkpoint = (mode: "PASSIVE" | "TRUNCATE"): boolean => {
    try {
      const [row] = database.all(`PRAGMA wal_checkpoint(${mode})`);
      return row?.busy === 0 && row.log === row.checkpointed;
    } catch (error) {
      // What is in the log is safe there: anything but a broken disk is tried again after the next batch.
      if (isBroken(error)) abandon(error);
      return false;
    }
  };
  const cutLongLog = () => {
    const { size } = statSync(`${path}-wal`);
    if (size <= tooLongBytes) return;
    database.exec(`PRAGMA busy_timeout = ${cutPatienceMs}`);
    // Cutting waits for every reader, and a backup reads for long: only what it leaves over is cut.
    const isCut = checkpoint("PASSIVE") && checkpoint("TRUNCATE");
    tooLongBytes = isCut ? longLogBytes : size + againBytes;
    database.exec(`PRAGMA busy_timeout = ${patienceMs}`);
  };

  const tell = (room: boolean) => {
    hasRoom = room;
    post({ type: "room", isFull: !room });
  };
  /** Takes the reserve: as long as there is no room for it, the disk that was full still is. */
  const look = () => {
    const taken = reserve.take();
    if (taken && !hasRoom) tell(true);
    if (!taken) looking = setTimeout(look, hasRoom ? reserveAfterMs : lookEveryMs);
  };
  let looking = setTimeout(look, hasRoom ? reserveAfterMs : lookEveryMs);
  const commit = (writes: readonly Write[]): CommittedBatch => {
    if (hasRoom) {
      try {
        return commitBatch(database, defaults, writes);
      } catch (error) {
        if (!isFull(error)) throw error;
        reserve.giveUp();
        tell(false);
        clearTimeout(looking);
        looking = setTimeout(look, lookEveryMs);
      }
    }
    return commitSpared(database, defaults, writes);
  };

  const searchIndex = keepSearchIndex(
    database,
    () => hasRoom,
    (error) => {
      // Anything but a broken disk is tried again.
      if (isBroken(error)) abandon(error);
    },
  );

  port.on("message", (message: ToWriter) => {
    clearTimeout(idle);
    if (message.type === "close") {
      // No slice is under way: each runs in one go.
      rest();
      checkpoint("TRUNCATE");
      database.close();
      port.close();
      return;
    }
    idle = setTimeout(() => checkpoint("PASSIVE"), idleMs);
    try {
      const batch = commit(message.writes);
      post({ type: "committed", batch });
      searchIndex.onCommit(batch.deltas);
    } catch (error) {
      if (isBroken(error)) abandon(error);
      else post({ type: "failed", reason: toReason(error) });
      return;
    }
    cutLongLog();
  });
  post({ type: "ready" });
  if (!hasRoom) tell(false);
}

function open(path: string): Sqlite {
  const database = openSqlite(path, "read-write");
  try {
    database.exec(`PRAGMA busy_timeout = ${patienceMs}`);
    const mode = database.all("PRAGMA journal_mode = WAL")[0]?.journal_mode;
    if (mode !== "wal") throw new Error("its file system cannot keep a write-ahead log");
    // A commit ends with an fsync of the log; on macOS, one that reaches the disk itself.
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA fullfsync = ON");
    database.all("PRAGMA wal_autocheckpoint = 0");
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("PRAGMA cache_size = -16384");
    migrate(database);
    setMerging(database);
    // What a large transaction sets aside needs no other disk. Migrations may take more than there is memory.
    database.exec("PRAGMA temp_store = MEMORY");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function toStartReason(error: unknown, path: string): string {
  if (error instanceof StartError) return error.message;
  return `The database ${path} cannot be opened (${toReason(error)}): set PARLEY_DATA to another folder, or restore a backup.`;
}

function toReason(error: unknown): string {
  const code = sqliteErrorCode(error);
  const text = error instanceof Error ? error.message : String(error);
  return code === null ? text : `${code}: ${text}`;
}
