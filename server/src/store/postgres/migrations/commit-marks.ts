import type { Migration } from "./migration.ts";

/** The last number that each lane of a process has committed: see `commit-mark.ts`. SQLite's commits need none. */
export const addCommitMarks: Migration = [
  `CREATE TABLE commit_marks (
    lane text COLLATE "C" PRIMARY KEY,
    number bigint NOT NULL,
    at bigint NOT NULL
  ) WITH (fillfactor = 50)`,
];
