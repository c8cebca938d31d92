import type { Sqlite } from "../../../platform/sqlite.ts";

/**
 * The full-text index. It holds tokens that are cut outside (protocol/src/search.ts), no text. `number` orders messages by time
 * over all rooms: microseconds since 1970, and unique. `search_rooms` says up to which seq a room is indexed.
 */
export function createSearch(database: Sqlite): void {
  for (const statement of schema) database.exec(statement);
}

const schema = [
  `CREATE VIRTUAL TABLE search USING fts5(
    room, author, things, content,
    content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 2 3'
  )`,
  `CREATE TABLE search_messages (
    number INTEGER PRIMARY KEY,
    room_id TEXT NOT NULL,
    message_id INTEGER NOT NULL
  ) STRICT`,
  "CREATE UNIQUE INDEX search_messages_by_id ON search_messages (room_id, message_id)",
  `CREATE TABLE search_rooms (
    room_id TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
] as const;
