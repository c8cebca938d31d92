import type { Sqlite } from "../../../platform/sqlite.ts";

/** When a scheduled backup was begun last, and what became of the last one that anybody tried. */
export function addBackups(database: Sqlite): void {
  database.exec(`CREATE TABLE backups (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    begun_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    problem TEXT
  ) STRICT`);
  database.exec("INSERT INTO backups (id, begun_at, ended_at, bytes, missing) VALUES (1, 0, 0, 0, 0)");
}
