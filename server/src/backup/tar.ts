import { type FileHandle, open } from "node:fs/promises";
import { ArchiveFault } from "./backup-error.ts";

/**
 * The part of the tar format (POSIX ustar) that backups are made of: plain files, in blocks of 512 bytes, with two empty
 * blocks at the end. Any tar reads what is written here; what is read here must be to the last bit what this file writes, so that
 * links, devices, paths that lead elsewhere and flipped bits are all the same thing: refused.
 *
 *     header │ bytes … 0 │ header │ bytes … 0 │ 0 │ 0
 */

const blockBytes = 512;
const chunkBytes = 1024 * 1024;
/** Eleven octal digits. Larger sizes are binary, as GNU tar, bsdtar and 7-Zip read them. */
const octalMax = 8 ** 11 - 1;

export interface TarEntry {
  readonly name: string;
  readonly bytes: number;
  /** To be read to its end before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Writes entries one after the other to a new file, never more than a chunk in memory. */
export class TarWriter {
  readonly #file: FileHandle;
  /** Seconds since 1970: when everything in it was as it is there. */
  readonly #time: number;
  #position = 0;

  constructor(file: FileHandle, madeAt: number) {
    this.#file = file;
    this.#time = Math.floor(madeAt / 1000);
  }

  /** How much has been written. */
  get bytes(): number {
    return this.#position;
  }

  /** `content` must have exactly `bytes`. */
  async add({ name, bytes, content }: TarEntry): Promise<void> {
    await this.#write(toHeader({ name, bytes, time: this.#time }));
    const start = this.#position;
    for await (const chunk of content) await this.#write(chunk);
    const written = this.#position - start;
    if (written !== bytes) throw new Error(`${name} has ${written} bytes instead of ${bytes}`);
    await this.#write(new Uint8Array(paddingOf(bytes)));
  }

  /** Forgets all that came after `bytes`. */
  takeBack(bytes: number): void {
    this.#position = bytes;
  }

  async end(): Promise<void> {
    await this.#write(new Uint8Array(2 * blockBytes));
    await this.#file.truncate(this.#position);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; ) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.byteLength - at, this.#position);
      at += bytesWritten;
      this.#position += bytesWritten;
    }
  }
}

/** Reads entries one after the other, up to the end that there must be. Throws `ArchiveFault`. */
export async function* readTar(file: FileHandle): AsyncGenerator<TarEntry> {
  const { size } = await file.stat();
  let at = 0;
  for (;;) {
    if (at + 2 * blockBytes > size) throw cutOff();
    const header = await read(file, at, blockBytes);
    at += blockBytes;
    if (isEmpty(header)) break;
    const { name, bytes } = parseHeader(header);
    const end = at + bytes;
    if (end > size) throw cutOff();
    yield { name, bytes, content: chunksOf(file, at, end) };
    const padding = paddingOf(bytes);
    if (end + padding > size) throw cutOff();
    if (!isEmpty(await read(file, end, padding))) throw damaged(name);
    at = end + padding;
  }
  if (size !== at + blockBytes || !isEmpty(await read(file, at, blockBytes))) throw damaged("its end");
}

/** A file of this machine as one entry, open for as long as it takes. */
export async function* entryOfFile(name: string, path: string): AsyncGenerator<TarEntry> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    yield { name, bytes: size, content: chunksOf(file, 0, size) };
  } finally {
    await file.close();
  }
}

async function* chunksOf(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const chunk = await read(file, at, Math.min(chunkBytes, end - at));
    at += chunk.byteLength;
    yield chunk;
  }
}

const paddingOf = (bytes: number): number => (blockBytes - (bytes % blockBytes)) % blockBytes;

async function read(file: FileHandle, start: number, bytes: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(bytes);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(buffer, at, bytes - at, start + at);
    if (bytesRead === 0) throw cutOff();
    at += bytesRead;
  }
  return buffer;
}

interface Header {
  readonly name: string;
  readonly bytes: number;
  readonly time: number;
}

/** Where the fields are that differ from entry to entry. */
const fields = { name: [0, 100], size: [124, 136], time: [136, 148], sum: [148, 156] } as const;

function toHeader({ name, bytes, time }: Header): Uint8Array {
  const header = Buffer.alloc(blockBytes);
  if (Buffer.byteLength(name) >= fields.name[1]) throw new Error(`the name ${name} is too long for a tar`);
  header.write(name, fields.name[0]);
  header.write("0000600\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  if (bytes <= octalMax) header.write(toOctal(bytes, 11), fields.size[0]);
  else {
    header.writeUInt8(0x80, fields.size[0]);
    header.writeBigUInt64BE(BigInt(bytes), fields.size[1] - 8);
  }
  header.write(toOctal(time, 11), fields.time[0]);
  // A plain file, in this format.
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  header.fill(" ", ...fields.sum);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${toOctal(sum, 6)}\0 `, fields.sum[0]);
  return header;
}

/** A header must be what `toHeader` makes of what it says. */
function parseHeader(block: Uint8Array): Header {
  const header = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const text = (field: readonly [number, number]) => header.toString("latin1", ...field).replace(/\0.*$/s, "");
  const bytes =
    header[fields.size[0]] === 0x80
      ? Number(header.readBigUInt64BE(fields.size[1] - 8))
      : Number.parseInt(text(fields.size), 8);
  const found: Header = { name: text(fields.name), bytes, time: Number.parseInt(text(fields.time), 8) };
  const isWhole = Number.isSafeInteger(found.bytes) && Number.isSafeInteger(found.time) && found.bytes >= 0;
  if (!isWhole || !header.equals(toHeader(found))) throw damaged("a name in it");
  return found;
}

const toOctal = (number: number, digits: number): string => number.toString(8).padStart(digits, "0");

const isEmpty = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

const cutOff = (): ArchiveFault => new ArchiveFault("it is cut off: it was not copied whole");

const damaged = (what: string): ArchiveFault => new ArchiveFault(`${what} is damaged, or this is no backup of Parley`);
