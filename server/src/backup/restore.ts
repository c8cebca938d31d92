import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { SignUpPolicy } from "@parley/protocol/model";
import { FolderInUseError } from "../start-error.ts";
import { adoptCopy, dropCopy, hasWorkspace, isInUse } from "../store/postgres/copy.ts";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import { lockFolder } from "../store/sqlite/folder.ts";
import { finishReplacement, preparedName, replaceData } from "../store/sqlite/replacement.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { sync, toMiB, type Unpacked, unpack } from "./archive.ts";
import { ArchiveFault, BackupError, toBackupError } from "./backup-error.ts";
import type { Manifest } from "./manifest.ts";
import { postgresTarget } from "./postgres-database.ts";
import { databaseName, sqliteTarget } from "./sqlite-database.ts";

export interface RestoreOptions {
  readonly dataFolder: string;
  /** Of a PostgreSQL database; null: the embedded one. */
  readonly databaseUrl: string | null;
  /** Of a store that is opened; see `config.ts`. */
  readonly defaultSignUp: SignUpPolicy;
  /** Puts it in the place of a workspace that is there, which is moved aside. */
  readonly replace: boolean;
  readonly keepSessions: boolean;
  readonly now: () => number;
}

export interface RestoreResult extends Unpacked {
  /** Where what was there before is now; null: there was nothing. */
  readonly before: string | null;
}

/** Where a database is put before it is the workspace's. */
const restoringSchema = "parley_restoring";
/** What bringing a database to this version's schema takes beside it. */
const workBytes = 64 * 1024 * 1024;

/**
 * Puts a backup into a data folder, and a database, that no server is at work in. Until all of it is on the disk and checked,
 * they are as they were; then all of it changes at once (`replacement.ts`). Throws `BackupError`.
 */
export async function restoreBackup(path: string, options: RestoreOptions): Promise<RestoreResult> {
  const folder = resolve(options.dataFolder);
  const archive = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    throw new BackupError(`The backup ${path} cannot be read (${error.code}).`);
  });
  try {
    const release = claim(folder);
    try {
      return await restore(archive, folder, options);
    } finally {
      await rm(join(folder, preparedName), { recursive: true, force: true });
      if (options.databaseUrl !== null) await dropCopy(options.databaseUrl, restoringSchema).catch(() => {});
      release();
    }
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw toBackupError(error, folder);
    throw new BackupError(`The backup ${path} cannot be used, and nothing was restored: ${error.message}.`);
  } finally {
    await archive.close();
  }
}

function claim(folder: string): () => void {
  try {
    return lockFolder(folder);
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    throw new BackupError(`Parley is running on the data folder ${folder}: stop it first.`);
  }
}

async function restore(archive: FileHandle, folder: string, options: RestoreOptions): Promise<RestoreResult> {
  const { databaseUrl, replace } = options;
  finishReplacement(folder);
  if (databaseUrl !== null && (await isInUse(databaseUrl))) {
    throw new BackupError("Parley is running on the database of DATABASE_URL: stop it first, on every node.");
  }
  const hasOne = databaseUrl === null ? await hasFiles(folder) : await hasWorkspace(databaseUrl);
  if (hasOne && !replace) {
    const place = databaseUrl === null ? `in the data folder ${folder}` : "in the database of DATABASE_URL";
    throw new BackupError(`There is a workspace ${place}. With --replace it is moved aside; nothing of it is deleted.`);
  }
  const prepared = join(folder, preparedName);
  await rm(prepared, { recursive: true, force: true });
  await requirePlace(archive, folder);
  await mkdir(join(prepared, "files"), { recursive: true, mode: 0o700 });
  const unpacked = await unpack(archive, (manifest) => toTarget(manifest, prepared, databaseUrl), prepared);
  if (databaseUrl !== null) return { ...unpacked, before: await adopt(folder, databaseUrl, unpacked, options) };
  await beginHistory(await openScratch(prepared, options), unpacked, options);
  await rm(join(prepared, "parley.lock"));
  // Files of another place stay where they are, and so does what this folder has.
  if (unpacked.manifest.files !== "folder") await rm(join(prepared, "files"), { recursive: true });
  await syncFolders(prepared);
  return { ...unpacked, before: replaceData(folder) };
}

/**
 * The same in PostgreSQL: files go to those that are there, since their names are in no other workspace, and then the tables
 * become those of the workspace in one transaction.
 */
async function adopt(folder: string, url: string, unpacked: Unpacked, options: RestoreOptions): Promise<string | null> {
  const copy = new URL(url);
  copy.searchParams.set("options", `-c search_path=${restoringSchema}`);
  const { defaultSignUp, now } = options;
  await beginHistory(await openPostgresStore(copy.href, { defaultSignUp, alone: true }), unpacked, options);
  const files = join(folder, preparedName, "files");
  for (const group of await readdir(files)) {
    const place = join(folder, "files", group);
    await mkdir(place, { recursive: true, mode: 0o700 });
    for (const key of await readdir(join(files, group))) await rename(join(files, group, key), join(place, key));
    await sync(place);
  }
  if (unpacked.manifest.files === "folder") {
    await mkdir(join(folder, "files"), { recursive: true, mode: 0o700 });
    await sync(join(folder, "files"));
  }
  const before = `before_restore_${new Date(now()).toISOString().replace(/\D/g, "")}`;
  const isKept = await adoptCopy(url, restoringSchema, before);
  return isKept ? `the schema ${before} of the database` : null;
}

/** What claiming a folder makes in it is no workspace. */
async function hasFiles(folder: string): Promise<boolean> {
  const database = join(folder, databaseName);
  if (existsSync(database) && statSync(database).size > 0) return true;
  const files = await readdir(join(folder, "files")).catch(() => []);
  return files.some((name) => name !== "incoming");
}

async function requirePlace(archive: FileHandle, folder: string): Promise<void> {
  const { size } = await archive.stat();
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= size + workBytes) return;
  throw new BackupError(
    `The restore needs ${toMiB(size + workBytes)} on the disk of ${folder}, and there are ${toMiB(bavail * bsize)}: make room, or choose another disk.`,
  );
}

function toTarget({ engine, schema }: Manifest, folder: string, url: string | null) {
  if (engine === "sqlite" && url === null) return sqliteTarget(folder);
  if (engine === "postgres" && url !== null) return postgresTarget(url, restoringSchema, schema);
  throw new ArchiveFault(
    url === null
      ? "it is of a PostgreSQL database, and DATABASE_URL names none"
      : "it is of the embedded database, and DATABASE_URL names another one",
  );
}

function openScratch(folder: string, { defaultSignUp }: RestoreOptions): Promise<Store> {
  const onFatal = (error: Error) => {
    throw error;
  };
  return openSqliteStore(folder, { defaultSignUp, onFatal });
}

/** Makes a history of its own of what was restored, and closes it. */
async function beginHistory(
  store: Store,
  { manifest, lost }: Unpacked,
  { keepSessions, now }: RestoreOptions,
): Promise<void> {
  const epoch = randomBytes(15).toString("base64url");
  const madeAt = Date.parse(manifest.madeAt);
  try {
    await store.beginHistory({ epoch, madeAt, keepSessions, lostFiles: lost, at: now() });
  } finally {
    await store.close();
  }
}

/** So that a power cut takes none of the names in a folder and those below it. */
async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name));
  }
  await sync(folder);
}
