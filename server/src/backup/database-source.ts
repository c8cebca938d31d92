import type { CopyFacts, StoredFile } from "../store/copy.ts";
import type { DatabaseTarget } from "./archive.ts";
import type { Manifest } from "./manifest.ts";
import type { TarEntry } from "./tar.ts";

/** A database that others are at work on, as a backup needs it. */
export interface DatabaseSource {
  readonly engine: Manifest["engine"];
  /** What it and its files take, about. */
  size(): Promise<{ readonly databaseBytes: number; readonly fileBytes: number }>;
  /** All that is committed at one moment, which holds until it is closed. May keep it in `folder`. */
  snapshot(folder: string): Promise<Snapshot>;
  /** Whether the bytes of a file still belong to it, now. */
  wantsFile(id: string): Promise<boolean>;
  /** A place where a copy is put to be looked at, and nothing else: in `folder`, or of its own. */
  prove(folder: string): Proof;
  /** Makes sure that nobody else makes a backup, on whatever machine, until it is given back. Null: someone does. */
  lock(): Promise<(() => Promise<void>) | null>;
}

export interface Proof {
  target(manifest: Manifest): Promise<DatabaseTarget>;
  /** Whether messages of the copy, picked at random, are as they are in the database, unless they have changed since. */
  isLikeItsOrigin(): Promise<boolean>;
  close(): Promise<void>;
}

export interface Snapshot {
  readonly facts: CopyFacts;
  /** The database as entries of an archive. */
  parts(): AsyncIterable<TarEntry>;
  /** Files whose bytes belong to it, by id. */
  files(): AsyncIterable<StoredFile>;
  close(): Promise<void>;
}
