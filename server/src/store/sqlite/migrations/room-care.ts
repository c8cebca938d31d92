import type { Sqlite } from "../../../platform/sqlite.ts";

/**
 * Archived rooms, and who was removed from a room. `removed_seq` is the number of the removal on the room's topic, and
 * `room_head` the head of that topic when an invite was made: which of the two came first needs no clock.
 */
export function addRoomCare(database: Sqlite): void {
  database.exec("ALTER TABLE rooms ADD COLUMN archived_at INTEGER");
  database.exec("ALTER TABLE memberships ADD COLUMN removed_seq INTEGER");
  database.exec("ALTER TABLE invites ADD COLUMN room_head INTEGER NOT NULL DEFAULT 0");
}
