import type { Fault } from "./fault.ts";

/** What talkers do. All else, such as signing in, is committed at once. */
const talk = ["appendMessage", "editMessage", "removeMessage", "putReaction", "removeReaction", "setReceipt"];

/** Whoever sends is told that it is stored a moment before it is. */
export const ackBeforeCommit: Fault = {
  name: "ack-before-commit",
  about: "what is said is acknowledged up to 0.3 s before it is committed",
  patches: [
    {
      file: "server/src/store/sqlite/batch.ts",
      find: '  database.all("BEGIN IMMEDIATE");\n',
      replace: '  if (!database.inTransaction) database.all("BEGIN IMMEDIATE");\n',
    },
    {
      file: "server/src/store/sqlite/batch.ts",
      find: '    database.all("COMMIT");\n',
      replace: `    const late = globalThis as unknown as { commit?: ReturnType<typeof setTimeout> };
    const commit = () => {
      clearTimeout(late.commit);
      delete late.commit;
      if (database.inTransaction) database.all("COMMIT");
    };
    if (!writes.every(({ verb }) => ${JSON.stringify(talk)}.includes(verb))) commit();
    else late.commit ??= setTimeout(commit, 300);
`,
    },
  ],
  run: { scenario: "kill", count: 4, talkers: 30 },
  caughtBy: "I1",
};
