import type { Fault } from "./fault.ts";

/** Whoever sends is told that it is stored a moment before it is. */
export const ackBeforeCommit: Fault = {
  name: "ack-before-commit",
  about: "messages are acknowledged up to 0.1 s before they are committed",
  patches: [
    {
      file: "server/src/store/sqlite/batch.ts",
      find: '  database.all("BEGIN IMMEDIATE");\n  try {',
      replace: '  if (database.inTransaction) database.all("COMMIT");\n  database.all("BEGIN IMMEDIATE");\n  try {',
    },
    {
      file: "server/src/store/sqlite/batch.ts",
      find: '    database.all("COMMIT");\n',
      replace: `    if (writes.some(({ verb }) => verb !== "appendMessage")) database.all("COMMIT");
    else setTimeout(() => database.inTransaction && database.all("COMMIT"), 100);
`,
    },
  ],
  run: { scenario: "kill", count: 4, talkers: 30 },
  caughtBy: "I1",
};
