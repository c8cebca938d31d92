import type { Sqlite } from "../../../platform/sqlite.ts";

/** What one has put on a message oneself, however many others have reacted to it. */
export function addOwnReactions(database: Sqlite): void {
  database.exec("CREATE INDEX reactions_of_user ON reactions (user_id, room_id, message_id, emoji)");
}
