import type { Sqlite } from "../../../platform/sqlite.ts";

/**
 * A receipt stands beside its membership. `up_to` is the user's own, `seen` the furthest it ever was, which is all that
 * others are told. `messages.mentions` is whom a message calls, as JSON; null: nobody. See `verbs/mentions.ts`.
 */
export function addReceipts(database: Sqlite): void {
  for (const statement of schema) database.exec(statement);
}

const schema = [
  `CREATE TABLE receipts (
    room_id TEXT NOT NULL REFERENCES rooms (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    up_to INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    room_seq INTEGER NOT NULL,
    user_seq INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX receipts_by_room_change ON receipts (room_id, room_seq)",
  "CREATE INDEX receipts_by_user_change ON receipts (user_id, user_seq)",
  // Whoever is in a room already has read what is there.
  `INSERT INTO receipts (room_id, user_id, up_to, seen, room_seq, user_seq)
   SELECT rooms.id, memberships.user_id, rooms.last_message_id, rooms.last_message_id, 0, 0
   FROM memberships JOIN rooms ON rooms.id = memberships.room_id`,
  "ALTER TABLE users ADD COLUMN shares_receipts INTEGER NOT NULL DEFAULT 1",

  "ALTER TABLE memberships ADD COLUMN notify_level TEXT CHECK (notify_level IN ('all', 'mentions', 'none'))",
  "ALTER TABLE memberships ADD COLUMN level_seq INTEGER NOT NULL DEFAULT 0",
  "CREATE INDEX memberships_by_level_change ON memberships (user_id, level_seq) WHERE level_seq > 0",

  `CREATE TABLE mentions (
    room_id TEXT NOT NULL REFERENCES rooms (id),
    target TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    author_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (room_id, target, message_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX mentions_of_message ON mentions (room_id, message_id)",
  "ALTER TABLE messages ADD COLUMN mentions TEXT",
] as const;
