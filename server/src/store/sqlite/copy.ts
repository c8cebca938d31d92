import { closeSync, openSync } from "node:fs";
import { roomTopic, type Seq, type Topic, workspaceTopic } from "@parley/protocol/model";
import { openSqlite, type Sqlite, type SqliteRow } from "../../platform/sqlite.ts";
import { type CopyFacts, roomWithGap, type StoredFile } from "../copy.ts";
import { newerSchema } from "../schema.ts";
import { migrateTo, schemaVersion } from "./migrations.ts";

/**
 * Copies of a database, for backups: made by another process than the server's, on a connection that only reads, while the
 * writer goes on.
 */

/** Writes all that is committed at this moment into a new file, compact. */
export function copyDatabase(from: string, to: string): void {
  closeSync(openSync(to, "wx", 0o600));
  const database = openSqlite(from, "read-only");
  try {
    database.exec("PRAGMA busy_timeout = 10000");
    database.all("VACUUM INTO ?", [to]);
  } finally {
    database.close();
  }
}

/** A copy that nobody writes to. */
export interface DatabaseCopy {
  facts(): CopyFacts;
  /** Files whose bytes belong to it, by id. */
  files(): Generator<StoredFile>;
  findFile(id: string): StoredFile | null;
  countFiles(): number;
  /** The first thing that is wrong with it; null when it is as this program would have made it, and whole. */
  findFault(): string | null;
  close(): void;
}

export function openCopy(path: string): DatabaseCopy {
  const database = openSqlite(path, "read-only");
  // It may be from anywhere: nothing in it is run.
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA cell_size_check = ON");
  return {
    facts: () => readFacts(database),
    *files() {
      let after = "";
      for (;;) {
        const rows = database.all(`${fileRows} AND id > ? ORDER BY id LIMIT 1000`, [after]);
        yield* rows.map(toStoredFile);
        if (rows.length === 0) return;
        after = String(rows.at(-1)?.id);
      }
    },
    findFile(id) {
      const [row] = database.all(`${fileRows} AND id = ?`, [id]);
      return row ? toStoredFile(row) : null;
    },
    countFiles: () => countOf(database, `SELECT count(*) AS count FROM files WHERE ${isStored}`),
    findFault: () => findFault(database),
    close: () => database.close(),
  };
}

/** A few messages of the copy, picked at random. */
export function sampleMessages(path: string, count: number): readonly SqliteRow[] {
  const database = openSqlite(path, "read-only");
  try {
    return database.all(
      `WITH picked AS (
        SELECT id AS room, 1 + abs(random() % last_message_id) AS message FROM rooms
        WHERE last_message_id > 0 AND deleted_at IS NULL ORDER BY random() LIMIT ?
      ) SELECT messages.* FROM picked JOIN messages ON room_id = room AND id = message`,
      [count],
    );
  } finally {
    database.close();
  }
}

/**
 * Holds messages of a copy against the database that it was made of: each must be there as it is in the copy, unless it has
 * changed since.
 */
export function compareMessages(path: string, samples: readonly SqliteRow[]): boolean {
  const database = openSqlite(path, "read-only");
  try {
    database.exec("PRAGMA busy_timeout = 10000");
    for (const sample of samples) {
      const [row] = database.all("SELECT * FROM messages WHERE room_id = ? AND id = ?", [
        sample.room_id ?? null,
        sample.id ?? null,
      ]);
      if (!row || Number(row.seq) > Number(sample.seq)) continue;
      if (JSON.stringify(row) !== JSON.stringify(sample)) return false;
    }
    return true;
  } finally {
    database.close();
  }
}

/** Whether a database still wants the bytes of a file. */
export function wantsFile(path: string, id: string): boolean {
  const database = openSqlite(path, "read-only");
  try {
    database.exec("PRAGMA busy_timeout = 10000");
    return database.all(`${fileRows} AND id = ?`, [id]).length > 0;
  } finally {
    database.close();
  }
}

/** What a backup of this database takes, about. */
export function sizeOf(path: string): { readonly databaseBytes: number; readonly fileBytes: number } {
  const database = openSqlite(path, "read-only");
  try {
    const [row] = database.all("SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()");
    const [files] = database.all(`SELECT coalesce(sum(bytes), 0) AS bytes FROM files WHERE ${isStored}`);
    return { databaseBytes: Number(row?.bytes), fileBytes: Number(files?.bytes) };
  } finally {
    database.close();
  }
}

const isStored = "state IN ('kept', 'pending')";
const fileRows = `SELECT id, bytes, sha256, width FROM files WHERE ${isStored}`;

const toStoredFile = ({ id, bytes, sha256, width }: SqliteRow): StoredFile => ({
  id: String(id),
  bytes: Number(bytes),
  sha256: String(sha256),
  hasThumbnail: width !== null,
});

const countOf = (database: Sqlite, sql: string): number => Number(database.all(sql)[0]?.count);

function readFacts(database: Sqlite): CopyFacts {
  const [workspace] = database.all("SELECT epoch, head FROM workspace");
  const heads: Record<Topic, Seq> = { [workspaceTopic]: Number(workspace?.head) };
  for (const { id, head } of database.all("SELECT id, head FROM rooms WHERE deleted_at IS NULL ORDER BY id")) {
    heads[roomTopic(String(id))] = Number(head);
  }
  // What search has of its own follows from the messages.
  const tables = database.all(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'search*' ORDER BY name",
  );
  return {
    schema: versionOf(database),
    epoch: String(workspace?.epoch),
    rows: Object.fromEntries(
      tables.map(({ name }) => [name, countOf(database, `SELECT count(*) AS count FROM "${name}"`)]),
    ),
    heads,
  };
}

const versionOf = (database: Sqlite): number => Number(database.all("PRAGMA user_version")[0]?.user_version);

function findFault(database: Sqlite): string | null {
  const version = versionOf(database);
  if (version > schemaVersion) return newerSchema(version, schemaVersion);
  if (schemaOf(database) !== expectedSchema(version)) return "its tables are not those of Parley";
  const [integrity] = database.all("PRAGMA integrity_check(1)");
  if (integrity?.integrity_check !== "ok") return `its pages are damaged (${integrity?.integrity_check})`;
  const [orphan] = database.all("PRAGMA foreign_key_check");
  if (orphan) return `a row of ${orphan.table} refers to one that is not there`;
  const [room] = database.all(roomWithGap);
  return room ? `the messages of the room ${room.id} are not all there` : null;
}

/** The statements that have made it, without those that SQLite keeps for itself. */
const schemaOf = (database: Sqlite): string =>
  JSON.stringify(
    database.all(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*' ORDER BY type, name",
    ),
  );

function expectedSchema(version: number): string {
  const database = openSqlite(":memory:", "read-write");
  try {
    migrateTo(database, version);
    return schemaOf(database);
  } finally {
    database.close();
  }
}
