import type { Sqlite } from "../../../platform/sqlite.ts";

/** Direct rooms that a member has put away: up to this message; null: shown. It changes under `level_seq`. */
export function addHiding(database: Sqlite): void {
  database.exec("ALTER TABLE memberships ADD COLUMN hidden_up_to INTEGER");
}
