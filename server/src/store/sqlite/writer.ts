import { statSync } from "node:fs";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { openSqlite, type Sqlite, sqliteErrorCode } from "../../platform/sqlite.ts";
import { StartError } from "../../start-error.ts";
import type { Defaults } from "../verbs/verb.ts";
import type { CommittedBatch, Write } from "../writes.ts";
import { commitBatch, isBroken } from "./batch.ts";
import { migrate } from "./migrations.ts";
import { keepSearchIndex } from "./search-index.ts";

/**
 * The writer thread: alone in writing to the database, in waiting for the disk, and in moving pages from the write-ahead
 * log into the database. It takes one batch at a time, and ends by itself: when it is told to close, or when the
 * database can no longer be trusted.
 */
export interface WriterSetup {
  readonly path: string;
  readonly defaults: Defaults;
}

export type ToWriter = { readonly type: "batch"; readonly writes: readonly Write[] } | { readonly type: "close" };

export type FromWriter =
  | { readonly type: "ready" }
  /** The database cannot be opened. */
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "committed"; readonly batch: CommittedBatch }
  /** Nothing of the batch was committed. The next one may succeed. */
  | { readonly type: "failed"; readonly reason: string }
  /** Nothing can be promised any more, not even what became of the batch. */
  | { readonly type: "broken"; readonly reason: string };

const idleMs = 250;
/** A longer log slows reads down and fills the disk; cutting it makes one batch wait. While someone reads for long, it grows. */
const longLogBytes = 64 * 1024 * 1024;

if (!parentPort) throw new Error("the writer runs as a thread");
startWriter(parentPort, workerData);

function startWriter(port: MessagePort, { path, defaults }: WriterSetup): void {
  const post = (message: FromWriter) => port.postMessage(message);
  let database: Sqlite;
  try {
    database = open(path);
  } catch (error) {
    post({ type: "refused", reason: toStartReason(error, path) });
    port.close();
    return;
  }

  let idle: ReturnType<typeof setTimeout> | undefined;
  const abandon = (error: unknown) => {
    clearTimeout(idle);
    void searchIndex.close();
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

  // Anything but a broken disk is tried again.
  const searchIndex = keepSearchIndex(database, (error) => {
    if (isBroken(error)) abandon(error);
  });

  port.on("message", (message: ToWriter) => {
    clearTimeout(idle);
    if (message.type === "close") {
      // No slice is under way: each runs in one go.
      void searchIndex.close();
      checkpoint("TRUNCATE");
      database.close();
      port.close();
      return;
    }
    idle = setTimeout(() => checkpoint("PASSIVE"), idleMs);
    try {
      const batch = commitBatch(database, defaults, message.writes);
      post({ type: "committed", batch });
      searchIndex.onCommit(batch.deltas);
    } catch (error) {
      if (isBroken(error)) abandon(error);
      else post({ type: "failed", reason: toReason(error) });
      return;
    }
    // Cutting waits for every reader, and a backup reads for long.
    if (statSync(`${path}-wal`).size > longLogBytes && checkpoint("PASSIVE")) checkpoint("TRUNCATE");
  });
  post({ type: "ready" });
}

function open(path: string): Sqlite {
  const database = openSqlite(path, "read-write");
  try {
    database.exec("PRAGMA busy_timeout = 5000");
    const mode = database.all("PRAGMA journal_mode = WAL")[0]?.journal_mode;
    if (mode !== "wal") throw new Error("its file system cannot keep a write-ahead log");
    // A commit ends with an fsync of the log; on macOS, one that reaches the disk itself.
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA fullfsync = ON");
    database.all("PRAGMA wal_autocheckpoint = 0");
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("PRAGMA cache_size = -16384");
    migrate(database);
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
