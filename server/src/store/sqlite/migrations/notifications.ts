import type { Sqlite } from "../../../platform/sqlite.ts";

/** Where pushes go, the keys that sign them, and what became of those that were due. */
export function addNotifications(database: Sqlite): void {
  for (const statement of statements) database.exec(statement);
}

const statements = [
  `CREATE TABLE push_keys (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    public_key TEXT NOT NULL,
    private_key TEXT NOT NULL
  ) STRICT`,

  // One for each session: when the session is gone, so is the right to be told.
  `CREATE TABLE push_subscriptions (
    session_id TEXT PRIMARY KEY NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id),
    endpoint TEXT NOT NULL UNIQUE,
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    preview INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX push_subscriptions_of_user ON push_subscriptions (user_id)",

  `CREATE TABLE notifications (
    room_id TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    outcome TEXT NOT NULL,
    devices INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (room_id, message_id, user_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX notifications_by_time ON notifications (at)",
] as const;
