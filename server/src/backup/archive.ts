import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathOfBlob } from "../blobs/folder.ts";
import type { CopyFacts, StoredFile } from "../store/copy.ts";
import { ArchiveFault } from "./backup-error.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import { readTar, type TarEntry, TarWriter } from "./tar.ts";

/**
 * What an archive has in it, in this order:
 *
 *     manifest.json    what follows, and of which moment
 *     parley.db …      the database
 *     files/…          the bytes of files, as they lie in a data folder
 *     lost.json        files of the database whose bytes were not there (any more)
 *     SHA256SUMS       of all of these, as `sha256sum --check` reads them
 */
export const names = { manifest: "manifest.json", lost: "lost.json", sums: "SHA256SUMS" } as const;

/** Nothing that is read whole may be larger. */
const textBytesMax = 64 * 1024 * 1024;
const fileName = /^files\/..\/(F[0-9A-Z]{1,60})(-thumbnail)?$/;

export const nameOfFile = (key: string): string => pathOfBlob("files", key);

/** Where the database of an archive is put, to be looked at and perhaps kept. */
export interface DatabaseTarget {
  isPart(name: string): boolean;
  take(entry: TarEntry): Promise<void>;
  /** After the last part. Throws `ArchiveFault` unless it is as this program would have made it, and whole. */
  check(schema: number): Promise<DatabaseView>;
  close(): Promise<void>;
}

export interface DatabaseView {
  readonly facts: CopyFacts;
  findFile(id: string): Promise<StoredFile | null>;
  countFiles(): Promise<number>;
}

/** Adds entries and writes down what they are. */
export class ArchiveWriter {
  readonly #tar: TarWriter;
  #sums = "";

  constructor(file: FileHandle, madeAt: number) {
    this.#tar = new TarWriter(file, madeAt);
  }

  /** False when its bytes do not have this sum: then it is not there. */
  async add(entry: TarEntry, expected?: string): Promise<boolean> {
    const hash = createHash("sha256");
    const start = this.#tar.bytes;
    await this.#tar.add({ ...entry, content: watched(entry.content, (chunk) => hash.update(chunk)) });
    const sum = hash.digest("hex");
    const isRight = expected === undefined || sum === expected;
    if (isRight) this.#sums += lineOf(sum, entry.name);
    else this.#tar.takeBack(start);
    return isRight;
  }

  async addText(name: string, text: string): Promise<void> {
    await this.add(toEntry(name, text));
  }

  async end(): Promise<void> {
    await this.#tar.add(toEntry(names.sums, this.#sums));
    await this.#tar.end();
  }
}

export interface Unpacked {
  readonly manifest: Manifest;
  readonly files: number;
  readonly lost: readonly string[];
}

/**
 * Reads an archive to its end, puts its database where `target` says, its files into `folder` (null: nowhere), and holds
 * everything against everything: entries against their sums, the database against the manifest, files against their
 * rows. Nothing is as it should be unless this resolves. Throws `ArchiveFault`.
 */
export async function unpack(
  archive: FileHandle,
  createTarget: (manifest: Manifest) => DatabaseTarget | Promise<DatabaseTarget>,
  folder: string | null,
): Promise<Unpacked> {
  const reader = new Reader(archive);
  const manifest = parseManifest(await reader.text(names.manifest));
  const target = await createTarget(manifest);
  try {
    let entry = await reader.next();
    if (!entry || !target.isPart(entry.name)) throw unexpected(entry?.name ?? "its end");
    for (; entry !== null && target.isPart(entry.name); entry = await reader.next()) await target.take(entry);
    const view = await target.check(manifest.schema);
    requireSame(manifest, view.facts);
    let files = 0;
    let last = "";
    for (; entry !== null && fileName.test(entry.name); entry = await reader.next()) {
      const [, id = "", thumbnail = ""] = fileName.exec(entry.name) ?? [];
      const key = `${id}${thumbnail}`;
      const row = await view.findFile(id);
      if (entry.name !== nameOfFile(key) || key <= last || !row) throw unexpected(entry.name);
      last = key;
      const sum = await take(entry, folder);
      if (thumbnail !== "") continue;
      if (row.bytes !== entry.bytes || row.sha256 !== sum) throw new ArchiveFault(`${entry.name} is damaged`);
      files += 1;
    }
    const lost = parseLost(await reader.text(names.lost, entry));
    await reader.end();
    const expected = manifest.files === "folder" ? await view.countFiles() : 0;
    if (files + lost.length !== expected) throw new ArchiveFault(`${expected - files - lost.length} files are missing`);
    for (const id of lost) if (!(await view.findFile(id))) throw unexpected(id);
    return { manifest, files, lost };
  } finally {
    await target.close();
  }
}

/** Entries one by one, each read to its end, and at last their sums. */
class Reader {
  readonly #entries: AsyncGenerator<TarEntry>;
  /** Of the sums of what came before. */
  #sums = createHash("sha256");

  constructor(archive: FileHandle) {
    this.#entries = readTar(archive);
  }

  async next(): Promise<TarEntry | null> {
    const { value: entry, done } = await this.#entries.next();
    return done ? null : { ...entry, content: this.#summed(entry) };
  }

  async text(name: string, found?: TarEntry | null): Promise<string> {
    const { bytes, content } = await this.#require(name, found);
    if (bytes > textBytesMax) throw new ArchiveFault(`${name} is too large`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  /** The rest must be the sums of what came before. */
  async end(): Promise<void> {
    const expected = this.#sums.digest("hex");
    this.#sums = createHash("sha256");
    const found = createHash("sha256");
    for await (const chunk of (await this.#require(names.sums)).content) found.update(chunk);
    if (found.digest("hex") !== expected) throw new ArchiveFault("what is in it does not fit its sums: it is damaged");
    const more = await this.next();
    if (more) throw unexpected(more.name);
  }

  async #require(name: string, found?: TarEntry | null): Promise<TarEntry> {
    const entry = found === undefined ? await this.next() : found;
    if (entry?.name !== name) throw unexpected(entry?.name ?? "its end");
    return entry;
  }

  async *#summed({ name, content }: TarEntry): AsyncGenerator<Uint8Array> {
    const hash = createHash("sha256");
    yield* watched(content, (chunk) => hash.update(chunk));
    this.#sums.update(lineOf(hash.digest("hex"), name));
  }
}

export const toMiB = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString("en")} MiB`;

/** Waits until a file, or the names in a folder, are on the disk. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes an entry into a new file below `folder`, for this user alone, onto the disk. Answers the sum of its bytes. */
export async function take({ name, content }: TarEntry, folder: string | null): Promise<string> {
  const hash = createHash("sha256");
  if (folder === null) {
    for await (const chunk of content) hash.update(chunk);
    return hash.digest("hex");
  }
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? unexpected(name) : error;
  });
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest("hex");
}

function toEntry(name: string, text: string): TarEntry {
  const content = Buffer.from(text);
  return {
    name,
    bytes: content.byteLength,
    content: (async function* () {
      yield content;
    })(),
  };
}

async function* watched(
  content: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    onChunk(chunk);
    yield chunk;
  }
}

const lineOf = (sum: string, name: string): string => `${sum}  ${name}\n`;

function requireSame(manifest: Manifest, facts: CopyFacts): void {
  const { schema, epoch, rows, heads } = manifest;
  if (JSON.stringify([schema, epoch]) !== JSON.stringify([facts.schema, facts.epoch]) || !isSame(rows, facts.rows)) {
    throw new ArchiveFault("its database does not have what the manifest says");
  }
  if (!isSame(heads, facts.heads)) throw new ArchiveFault("its rooms do not have what the manifest says");
}

function isSame(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

function parseLost(text: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new ArchiveFault(`${names.lost} is damaged`);
}

export const unexpected = (name: string): ArchiveFault =>
  new ArchiveFault(`${JSON.stringify(name.slice(0, 100))} does not belong there`);
