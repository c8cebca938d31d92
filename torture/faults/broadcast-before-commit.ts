import type { Fault } from "./fault.ts";

/** Everyone is shown what may never be stored. */
export const broadcastBeforeCommit: Fault = {
  name: "broadcast-before-commit",
  about: "deltas are published 30 ms before their commit",
  patches: [
    {
      file: "server/src/store/sqlite/batch.ts",
      find: "writes: readonly Write[]): CommittedBatch {",
      replace: "writes: readonly Write[], early: (deltas: unknown) => void): CommittedBatch {",
    },
    {
      file: "server/src/store/sqlite/batch.ts",
      find: '    database.all("COMMIT");\n',
      replace: '    early(announcements.toDeltas());\n    Bun.sleepSync(30);\n    database.all("COMMIT");\n',
    },
    {
      file: "server/src/store/sqlite/writer.ts",
      find: "return commitBatch(database, defaults, writes)",
      replace:
        'return commitBatch(database, defaults, writes, (deltas) => port.postMessage({ type: "early", deltas }))',
    },
    {
      file: "server/src/store/sqlite/write-queue.ts",
      find: "  #receive(message: FromWriter): void {",
      replace:
        '  #receive(message: FromWriter | { type: "early"; deltas: never }): void {\n    if (message.type === "early") return this.#listener?.({ deltas: message.deltas } as Commit);',
    },
  ],
  run: { scenario: "kill", count: 6, talkers: 30 },
  caughtBy: "I3",
};
