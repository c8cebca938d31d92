import type { Migration } from "./migration.ts";

/** As `sqlite/migrations/backups.ts`. */
export const addBackups: Migration = [
  `CREATE TABLE backups (
    id bigint PRIMARY KEY CHECK (id = 1),
    begun_at bigint NOT NULL,
    ended_at bigint NOT NULL,
    bytes bigint NOT NULL,
    missing bigint NOT NULL,
    problem text COLLATE "C"
  )`,
  "INSERT INTO backups (id, begun_at, ended_at, bytes, missing) VALUES (1, 0, 0, 0, 0)",
];
