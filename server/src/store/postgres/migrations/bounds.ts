import type { Migration } from "./migration.ts";

/** As `sqlite/migrations/bounds.ts`. */
export const addBounds: Migration = [
  "CREATE INDEX messages_to_count ON messages (room_id, id, author_id) WHERE deleted_at IS NULL",
  "CREATE INDEX memberships_by_role ON memberships (room_id, role, joined_seq) WHERE left_at IS NULL",
  "CREATE INDEX memberships_called ON memberships (room_id) WHERE notify_level = 'all' AND left_at IS NULL",
  "CREATE INDEX invites_open ON invites (room_id) WHERE revoked_at IS NULL",
  "CREATE INDEX sessions_ended ON sessions (user_id, revoked_at) WHERE revoked_at IS NOT NULL",
];
