import type { Sqlite } from "../../../platform/sqlite.ts";

/** Indexes that keep what is read as small as what is asked for, however much else there is. */
export function addBounds(database: Sqlite): void {
  for (const statement of statements) database.exec(statement);
}

const statements = [
  // Counting what is unread passes over what was deleted, and looks at no text.
  "CREATE INDEX messages_to_count ON messages (room_id, id, author_id) WHERE deleted_at IS NULL",
  // Owners and heirs, among any number of members.
  "CREATE INDEX memberships_by_role ON memberships (room_id, role, joined_seq) WHERE left_at IS NULL",
  // Whom each message calls.
  "CREATE INDEX memberships_called ON memberships (room_id) WHERE notify_level = 'all' AND left_at IS NULL",
  "CREATE INDEX invites_open ON invites (room_id) WHERE revoked_at IS NULL",
  "CREATE INDEX sessions_ended ON sessions (user_id, revoked_at) WHERE revoked_at IS NOT NULL",
] as const;
