import type { Migration } from "./migration.ts";

/** As `sqlite/migrations/own-reactions.ts`. */
export const addOwnReactions: Migration = [
  "CREATE INDEX reactions_of_user ON reactions (user_id, room_id, message_id, emoji)",
];
