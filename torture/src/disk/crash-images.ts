import type { Random } from "../random.ts";
import type { Step } from "./strace.ts";

/** What was done to the files of a database, as far as it changes what is found after a crash. */
export interface Recording {
  readonly changes: readonly Change[];
  /** How many steps there were. */
  readonly length: number;
  /** When each key was first told to a client. */
  readonly told: ReadonlyMap<string, number>;
}

type Change =
  | {
      readonly kind: "write";
      readonly file: string;
      readonly at: number;
      readonly offset: number;
      readonly data: Buffer;
    }
  | { readonly kind: "truncate"; readonly file: string; readonly at: number; readonly length: number }
  /** What was done to the file before `from` is on disk once this has returned, at `at`. */
  | { readonly kind: "sync"; readonly file: string; readonly at: number; readonly from: number };

/** What a disk writes whole or not at all. */
const sectorBytes = 512;

/** Reads what became of the files whose names `isKept` picks; `keys` finds what was told. */
export async function record(
  steps: AsyncIterable<Step>,
  isKept: (path: string) => boolean,
  keys: RegExp,
): Promise<Recording> {
  const changes: Change[] = [];
  const told = new Map<string, number>();
  const syncsFrom = new Map<number, number>();
  let at = 0;
  for await (const { kind, call } of steps) {
    at += 1;
    const { name, path, data, numbers, thread, result } = call;
    if (kind === "begins" && path.startsWith("socket:")) {
      for (const key of data.toString("latin1").match(keys) ?? []) if (!told.has(key)) told.set(key, at);
    }
    if (!isKept(path)) continue;
    const isSync = name === "fsync" || name === "fdatasync";
    if (isSync && kind === "begins") syncsFrom.set(thread, at);
    if (kind === "begins" || result === null || result < 0) continue;
    if (isSync) changes.push({ kind: "sync", file: path, at, from: syncsFrom.get(thread) ?? at });
    else if (name === "ftruncate") changes.push({ kind: "truncate", file: path, at, length: numbers.at(-1) ?? 0 });
    else if (name === "pwrite64") {
      changes.push({ kind: "write", file: path, at, offset: numbers.at(-1) ?? 0, data: data.subarray(0, result) });
    } else throw new Error(`${name} is not expected on ${path}`);
  }
  return { changes, length: at, told };
}

/** The files as they are when everything has been done. */
export function replay({ changes }: Recording): ReadonlyMap<string, Buffer> {
  const files = new Files();
  for (const change of changes) files.apply(change);
  return files.contents();
}

/** What was told by then. */
export const toldBefore = ({ told }: Recording, at: number): readonly string[] =>
  [...told].flatMap(([key, when]) => (when <= at ? [key] : []));

/**
 * The files as a power cut at `at` may leave them: everything that a sync had seen to by then, and of what came after, any
 * part: some writes and not others, in whatever order a disk likes, and single sectors of some.
 */
export function crashAt({ changes }: Recording, at: number, random: Random): ReadonlyMap<string, Buffer> {
  const done = changes.filter((change) => change.at <= at);
  const syncedUpTo = new Map<string, number>();
  for (const change of done) {
    if (change.kind === "sync") syncedUpTo.set(change.file, Math.max(change.from, syncedUpTo.get(change.file) ?? 0));
  }
  const files = new Files();
  // One cut loses nearly all of what was not synced, another one nearly nothing.
  const kept = random.next();
  for (const change of done) {
    if (change.at < (syncedUpTo.get(change.file) ?? 0)) files.apply(change);
    else if (random.next() < kept)
      files.apply(change.kind === "write" && random.next() < 0.2 ? tear(change, random) : change);
  }
  return files.contents();
}

/** Some of the sectors of a write, from its first or up to its last. */
function tear<C extends Change & { readonly kind: "write" }>(change: C, random: Random): C {
  const sectors = Math.ceil(change.data.length / sectorBytes);
  const cut = random.between(0, sectors - 1) * sectorBytes;
  return random.next() < 0.5
    ? { ...change, data: change.data.subarray(0, cut) }
    : { ...change, data: change.data.subarray(cut), offset: change.offset + cut };
}

/** Files in memory. */
class Files {
  readonly #files = new Map<string, { bytes: Buffer; length: number }>();

  apply(change: Change): void {
    if (change.kind === "sync") return;
    const file = this.#files.get(change.file) ?? { bytes: Buffer.alloc(0), length: 0 };
    this.#files.set(change.file, file);
    if (change.kind === "truncate") {
      file.bytes.fill(0, change.length);
      file.length = change.length;
      return;
    }
    const end = change.offset + change.data.length;
    if (end > file.bytes.length) file.bytes = Buffer.concat([file.bytes, Buffer.alloc(end * 2 - file.bytes.length)]);
    change.data.copy(file.bytes, change.offset);
    file.length = Math.max(file.length, end);
  }

  contents(): ReadonlyMap<string, Buffer> {
    return new Map([...this.#files].map(([name, { bytes, length }]) => [name, bytes.subarray(0, length)]));
  }
}
