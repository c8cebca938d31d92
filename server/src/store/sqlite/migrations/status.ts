import type { Sqlite } from "../../../platform/sqlite.ts";

/** Words that people set about themselves. */
export function addStatus(database: Sqlite): void {
  database.exec("ALTER TABLE users ADD COLUMN status TEXT");
}
