import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { openSqlite, sqliteErrorCode } from "../../platform/sqlite.ts";
import { FolderInUseError, StartError } from "../../start-error.ts";
import { finishReplacement } from "./replacement.ts";

export interface DataFolder {
  /** The database's file. */
  readonly database: string;
  /** The file that keeps room on the disk. */
  readonly reserve: string;
  release(): void;
}

/**
 * Makes a data folder ready and claims it for this process. What is created is for this user alone, and its names are on
 * disk before anything is acknowledged. Throws `StartError` when it cannot be written, or is in use.
 *
 * The claim is an exclusive lock on a tiny database of its own. The kernel keeps it, and releases it however the process
 * ends, so that there is nothing stale to clean up after a `kill -9`.
 */
export function claimFolder(folder: string): DataFolder {
  const database = join(folder, "parley.db");
  const release = lockFolder(folder);
  try {
    finishReplacement(folder);
    // SQLite gives the mode of the database to the files that it puts beside it.
    closeSync(openSync(database, "a", 0o600));
    syncNames(folder, folder);
  } catch (error) {
    release();
    throw cannotBeWritten(folder, error);
  }
  return { database, reserve: join(folder, "parley.reserve"), release };
}

/** Claims a data folder for this process, whatever is in it. Creates it when it is missing. Throws like `claimFolder`. */
export function lockFolder(folder: string): () => void {
  const lock = join(folder, "parley.lock");
  try {
    const created = mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (created === undefined) keepToOwner(folder);
    closeSync(openSync(lock, "a", 0o600));
    syncNames(folder, created === undefined ? folder : dirname(created));
  } catch (error) {
    throw cannotBeWritten(folder, error);
  }
  const release = holdLock(lock);
  if (release) return release;
  throw new FolderInUseError(
    `The data folder ${folder} is in use by another Parley: stop that one, or set PARLEY_DATA to another folder.`,
  );
}

/** What others may read of the folder they could copy. Where it is not this user's, its owner has decided. */
function keepToOwner(folder: string): void {
  const { mode, uid } = statSync(folder);
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) chmodSync(folder, 0o700);
}

function cannotBeWritten(folder: string, error: unknown): StartError {
  const reason = error instanceof Error && "code" in error ? error.code : error;
  return new StartError(
    `The data folder ${folder} cannot be written (${reason}): give this user the right to write there, ` +
      "or set PARLEY_DATA to another folder.",
  );
}

/** Syncs the folders from `folder` up to `top`, so that a power cut takes none of the names in them. */
function syncNames(folder: string, top: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  if (folder !== top) syncNames(dirname(folder), top);
}

/** Locks the file at `path`, which it creates when it is missing, until the lock is given back. Null: someone else has it. */
export function holdLock(path: string): (() => void) | null {
  closeSync(openSync(path, "a", 0o600));
  const lock = openSqlite(path, "read-write");
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (sqliteErrorCode(error) !== "SQLITE_BUSY") throw error;
    return null;
  }
  return () => lock.close();
}
