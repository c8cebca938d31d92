import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, realpath, rename, rm, statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { FileStoreKind } from "@parley/protocol/model";
import { pathOfBlob } from "../blobs/folder.ts";
import { holdLock } from "../store/sqlite/folder.ts";
import { ArchiveWriter, nameOfFile, names, sync, toMiB, unpack } from "./archive.ts";
import { ArchiveFault, BackupError, toBackupError } from "./backup-error.ts";
import type { DatabaseSource } from "./database-source.ts";
import { formatVersion, type Manifest } from "./manifest.ts";
import { entryOfFile } from "./tar.ts";

export interface BackupOptions {
  readonly source: DatabaseSource;
  readonly dataFolder: string;
  readonly fileStore: FileStoreKind;
  /** Of the program. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface BackupResult {
  readonly bytes: number;
  readonly manifest: Manifest;
  readonly files: number;
  /** Files whose bytes nobody has removed, and that were not there, or damaged. */
  readonly missing: readonly string[];
}

/** What a backup leaves free on the disk, so that messages can still be written. */
const reserveBytes = 256 * 1024 * 1024;
/** A store that has lost more than this is no store to be backed up. */
const missingMax = 1000;

/**
 * Makes a backup of a workspace that people may be at work in, and proves it before it gets its name:
 *
 *     snapshot ─▶ archive ─▶ fsync ─▶ unpacked beside it, checked, compared ─▶ rename ─▶ fsync of the folder
 *     └──────────────── in a folder of its own beside the file ────────────┘
 *
 * Until the rename there is nothing under the name. What a killed one leaves is removed by the next. Throws `BackupError`.
 */
export async function makeBackup(path: string, options: BackupOptions): Promise<BackupResult> {
  const file = resolve(path);
  const folder = dirname(file);
  if (existsSync(file)) throw new BackupError(`There is a file ${file} already: choose another name.`);
  if (!existsSync(folder)) throw new BackupError(`There is no folder ${folder}.`);
  const dataFolder = await realpath(options.dataFolder).catch(() => {
    throw new BackupError(`There is no data folder ${resolve(options.dataFolder)}: correct PARLEY_DATA.`);
  });
  const release = holdLock(join(dataFolder, "backup.lock"));
  const releaseSource = release && (await options.source.lock());
  if (!releaseSource) {
    release?.();
    throw new BackupError("Another backup of this workspace is being made.");
  }
  // Others may keep theirs in the same folder.
  const owner = createHash("sha256").update(`${hostname()}:${dataFolder}`).digest("hex").slice(0, 16);
  const work = join(folder, `.parley-backup-${owner}`);
  try {
    await rm(work, { recursive: true, force: true });
    await requirePlace(folder, options.source);
    await mkdir(work, { mode: 0o700 });
    const result = await make(join(work, basename(file)), work, { ...options, dataFolder });
    await rename(join(work, basename(file)), file);
    await sync(folder);
    return result;
  } catch (error) {
    throw toBackupError(error, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
    await releaseSource();
    release();
  }
}

async function make(path: string, work: string, options: BackupOptions): Promise<BackupResult> {
  const { source } = options;
  const missing = await write(path, work, options);
  const scratch = join(work, "restored");
  await mkdir(scratch, { mode: 0o700 });
  const archive = await open(path, "r");
  const proof = source.prove(scratch);
  try {
    const { manifest, files } = await unpack(archive, (each) => proof.target(each), null);
    if (!(await proof.isLikeItsOrigin())) throw new ArchiveFault("a message in it is not as it is in the database");
    return { bytes: (await archive.stat()).size, manifest, files, missing };
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error;
    throw new BackupError(`The backup cannot be used, and was not kept: ${error.message}.`);
  } finally {
    await proof.close();
    await archive.close();
  }
}

/** Answers which files were missing. */
async function write(
  path: string,
  work: string,
  { source, dataFolder, fileStore, version, now }: BackupOptions,
): Promise<readonly string[]> {
  const madeAt = now();
  const snapshot = await source.snapshot(work);
  const file = await open(path, "wx", 0o600);
  try {
    const archive = new ArchiveWriter(file, madeAt);
    const manifest: Manifest = {
      format: formatVersion,
      parley: version,
      engine: source.engine,
      ...snapshot.facts,
      madeAt: new Date(madeAt).toISOString(),
      files: fileStore,
    };
    await archive.addText(names.manifest, `${JSON.stringify(manifest, null, 1)}\n`);
    for await (const part of snapshot.parts()) await archive.add(part);
    const lost: string[] = [];
    const missing: string[] = [];
    for await (const { id, bytes, sha256, hasThumbnail } of fileStore === "folder" ? snapshot.files() : []) {
      if (await addFile(archive, dataFolder, id, { bytes, sha256 })) {
        if (hasThumbnail) await addFile(archive, dataFolder, `${id}-thumbnail`);
      } else {
        lost.push(id);
        // Whoever has removed it meanwhile wants it nowhere.
        if (await source.wantsFile(id)) missing.push(id);
        if (missing.length > missingMax) throw new BackupError(`More than ${missingMax} files are missing or damaged.`);
      }
    }
    await archive.addText(names.lost, `${JSON.stringify(lost)}\n`);
    await archive.end();
    await file.sync();
    return missing;
  } finally {
    await file.close();
    await snapshot.close();
  }
}

/** False when it is not there, or not as it was stored, and then adds nothing. */
async function addFile(
  archive: ArchiveWriter,
  dataFolder: string,
  key: string,
  stored?: { readonly bytes: number; readonly sha256: string },
): Promise<boolean> {
  try {
    for await (const entry of entryOfFile(nameOfFile(key), pathOfBlob(join(dataFolder, "files"), key))) {
      return (stored === undefined || stored.bytes === entry.bytes) && (await archive.add(entry, stored?.sha256));
    }
    return false;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** A copy of the database, the archive, and the database again to look at: all of it must fit beside what is there. */
async function requirePlace(folder: string, source: DatabaseSource): Promise<void> {
  const { databaseBytes, fileBytes } = await source.size();
  const needed = 3 * databaseBytes + fileBytes + reserveBytes;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new BackupError(
    `A backup may need ${toMiB(needed)} on the disk of ${folder}, and there are ${toMiB(bavail * bsize)}: make room, or choose another disk.`,
  );
}
