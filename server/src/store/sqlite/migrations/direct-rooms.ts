import type { Sqlite } from "../../../platform/sqlite.ts";

/** The key of a direct room is made of its people, so that the same people always have the same room. */
export function addDirectRooms(database: Sqlite): void {
  database.exec("ALTER TABLE rooms ADD COLUMN direct_key TEXT");
  database.exec("CREATE UNIQUE INDEX rooms_direct ON rooms (direct_key) WHERE direct_key IS NOT NULL");
}
