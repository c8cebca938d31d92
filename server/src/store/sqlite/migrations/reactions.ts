import type { Sqlite } from "../../../platform/sqlite.ts";

/** `messages.reactions` is what a message shows of them, as JSON; null: none. See `verbs/reactions.ts`. */
export function addReactions(database: Sqlite): void {
  for (const statement of schema) database.exec(statement);
}

const schema = [
  `CREATE TABLE reactions (
    room_id TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (room_id, message_id, emoji, user_id),
    FOREIGN KEY (room_id, message_id) REFERENCES messages (room_id, id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX reactions_in_order ON reactions (room_id, message_id, emoji, seq)",
  "ALTER TABLE messages ADD COLUMN reactions TEXT",
] as const;
