import type { Fault } from "./fault.ts";

/** No kill finds it: the system keeps what it was given. */
export const noSync: Fault = {
  name: "no-sync",
  about: "commits are not synced",
  patches: [
    {
      file: "server/src/store/sqlite/writer.ts",
      find: 'database.exec("PRAGMA synchronous = FULL");',
      replace: 'database.exec("PRAGMA synchronous = OFF");',
    },
    {
      file: "server/src/store/sqlite/search-index.ts",
      find: 'database.exec("PRAGMA synchronous = FULL");',
      replace: 'database.exec("PRAGMA synchronous = OFF");',
    },
  ],
  run: { scenario: "fsync-order", count: 60, talkers: 1 },
  caughtBy: "finding",
};
