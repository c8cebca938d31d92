import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rm, statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { SignUpPolicy } from "@parley/protocol/model";
import { FolderInUseError } from "../start-error.ts";
import { lockFolder } from "../store/sqlite/folder.ts";
import { finishReplacement, preparedName, replaceData } from "../store/sqlite/replacement.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { sync, toMiB, type Unpacked, unpack } from "./archive.ts";
import { ArchiveFault, BackupError, toBackupError } from "./backup-error.ts";
import type { Manifest } from "./manifest.ts";
import { databaseName, sqliteTarget } from "./sqlite-database.ts";

export interface RestoreOptions {
  readonly dataFolder: string;
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

/** What bringing a database to this version's schema takes beside it. */
const workBytes = 64 * 1024 * 1024;

/**
 * Puts a backup of the embedded database into a data folder that no server is at work in. Until all of it is on the disk
 * and checked, the folder is as it was; then the whole of it changes at once (`replacement.ts`). Throws `BackupError`.
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
  finishReplacement(folder);
  if (!options.replace && (await hasWorkspace(folder))) {
    throw new BackupError(
      `There is a workspace in the data folder ${folder}. With --replace it is moved aside; nothing of it is deleted.`,
    );
  }
  const prepared = join(folder, preparedName);
  await rm(prepared, { recursive: true, force: true });
  await requirePlace(archive, folder);
  await mkdir(join(prepared, "files"), { recursive: true, mode: 0o700 });
  const unpacked = await unpack(archive, (manifest) => toTarget(manifest, prepared), prepared);
  await beginHistory(prepared, unpacked, options);
  // Files of another place stay where they are, and so does what this folder has.
  if (unpacked.manifest.files !== "folder") await rm(join(prepared, "files"), { recursive: true });
  await syncFolders(prepared);
  return { ...unpacked, before: replaceData(folder) };
}

/** What claiming a folder makes in it is no workspace. */
async function hasWorkspace(folder: string): Promise<boolean> {
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

function toTarget(manifest: Manifest, folder: string) {
  if (manifest.engine === "sqlite") return sqliteTarget(folder);
  throw new ArchiveFault("it is of a PostgreSQL database: set DATABASE_URL to an empty one");
}

async function beginHistory(folder: string, { manifest, lost }: Unpacked, options: RestoreOptions): Promise<void> {
  const fatal = Promise.withResolvers<never>();
  const store = await openSqliteStore(folder, { defaultSignUp: options.defaultSignUp, onFatal: fatal.reject });
  try {
    await Promise.race([beginAnew(store, manifest, lost, options), fatal.promise]);
  } finally {
    await store.close();
  }
  await rm(join(folder, "parley.lock"));
}

/** Makes a history of its own of what was restored. */
async function beginAnew(
  store: Store,
  { madeAt }: Manifest,
  lostFiles: readonly string[],
  { keepSessions, now }: RestoreOptions,
): Promise<void> {
  const epoch = randomBytes(15).toString("base64url");
  await store.beginHistory({ epoch, madeAt: Date.parse(madeAt), keepSessions, lostFiles, at: now() });
}

/** So that a power cut takes none of the names in a folder and those below it. */
async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name));
  }
  await sync(folder);
}
