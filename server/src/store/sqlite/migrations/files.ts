import type { Sqlite } from "../../../platform/sqlite.ts";

/**
 * Files and where they hang. What a message shows of its files stands ready in `messages.attachments`, since nothing of a
 * file ever changes; `stored_bytes` counts what the rows of `files` claim, so that a quota is one number to look at.
 */
export function addFiles(database: Sqlite): void {
  for (const statement of statements) database.exec(statement);
}

const statements = [
  `CREATE TABLE files (
    id TEXT PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('attachment', 'avatar', 'picture')),
    state TEXT NOT NULL CHECK (state IN ('receiving', 'pending', 'kept', 'removed')),
    user_id TEXT NOT NULL REFERENCES users (id),
    room_id TEXT REFERENCES rooms (id),
    message_id INTEGER,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT,
    width INTEGER,
    height INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX files_of_room ON files (room_id, message_id)",
  "CREATE INDEX files_waiting ON files (user_id) WHERE state IN ('receiving', 'pending')",
  "CREATE INDEX files_by_age ON files (created_at) WHERE state IN ('receiving', 'pending')",
  "CREATE INDEX files_removed ON files (id) WHERE state = 'removed'",
  "ALTER TABLE messages ADD COLUMN attachments TEXT",
  "ALTER TABLE users ADD COLUMN avatar TEXT",
  "ALTER TABLE users ADD COLUMN stored_bytes INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE workspace ADD COLUMN picture TEXT",
  "ALTER TABLE workspace ADD COLUMN stored_bytes INTEGER NOT NULL DEFAULT 0",
] as const;
