import type { Fault } from "./fault.ts";

/** Numbers that were given out are given out once more after a start. */
export const reusedSeq: Fault = {
  name: "reused-seq",
  about: "rooms forget their last three numbers at a start",
  patches: [
    {
      file: "server/src/store/sqlite/writer.ts",
      find: "    migrate(database);",
      replace: '    migrate(database);\n    database.exec("UPDATE rooms SET head = max(0, head - 3)");',
    },
  ],
  run: { scenario: "kill", count: 2, talkers: 20 },
  caughtBy: "I10",
};
