import type { Seq, Topic } from "@parley/protocol/model";

/** What is known of a copy of a database, whatever its engine. */
export interface CopyFacts {
  /** Of the engine's own. */
  readonly schema: number;
  readonly epoch: string;
  /** How many each table has. */
  readonly rows: Readonly<Record<string, number>>;
  /** The newest number of the workspace and of each room: all that was acknowledged up to there is in the copy. */
  readonly heads: Readonly<Record<Topic, Seq>>;
}

/** A file whose bytes belong to a copy. */
export interface StoredFile {
  readonly id: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly hasThumbnail: boolean;
}
