import type { Sqlite } from "../../../platform/sqlite.ts";

/**
 * What the overview of the workspace shows without adding it up: `stored_files` counts what the rows of `files` claim, by
 * what they are for, in place of one number for all of them; the indexes hold just who is counted.
 */
export function addStorage(database: Sqlite): void {
  for (const statement of statements) database.exec(statement);
}

const statements = [
  `CREATE TABLE stored_files (
    purpose TEXT PRIMARY KEY NOT NULL CHECK (purpose IN ('attachment', 'avatar', 'picture')),
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  "INSERT INTO stored_files (purpose, files, bytes) VALUES ('attachment', 0, 0), ('avatar', 0, 0), ('picture', 0, 0)",
  `UPDATE stored_files SET files = (SELECT count(*) FROM files WHERE files.purpose = stored_files.purpose),
    bytes = (SELECT coalesce(sum(files.bytes), 0) FROM files WHERE files.purpose = stored_files.purpose)`,
  "ALTER TABLE workspace DROP COLUMN stored_bytes",
  "CREATE INDEX users_by_storage ON users (stored_bytes DESC, id) WHERE stored_bytes > 0",
  "CREATE INDEX users_deactivated ON users (id) WHERE deactivated_at IS NOT NULL",
  "CREATE INDEX sessions_open ON sessions (user_id, expires_at) WHERE revoked_at IS NULL",
] as const;
