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

/** A room whose messages are not numbered from 1 without gaps, or of which one has changed after its newest number. */
export const roomWithGap = `SELECT rooms.id FROM rooms LEFT JOIN (
    SELECT room_id, count(*) AS count, max(id) AS last, max(seq) AS seq FROM messages GROUP BY room_id
  ) AS said ON said.room_id = rooms.id
  WHERE rooms.deleted_at IS NULL AND (
    coalesce(said.count, 0) <> rooms.last_message_id OR coalesce(said.last, 0) <> rooms.last_message_id
    OR coalesce(said.seq, 0) > rooms.head
  ) LIMIT 1`;
