import type { Fault } from "./fault.ts";

/** What is sent again under its key is another message. */
export const doubledSend: Fault = {
  name: "doubled-send",
  about: "no unique key: nothing recognises a message that is sent again",
  patches: [
    {
      file: "server/src/store/sqlite/migrations/foundation.ts",
      find: '"CREATE UNIQUE INDEX messages_by_key',
      replace: '"CREATE INDEX messages_by_key',
    },
    {
      file: "server/src/store/verbs/append.ts",
      find: "    if (sent) return toRepeated(sent);",
      replace: "    void sent;",
    },
    {
      file: "server/src/store/verbs/append.ts",
      find: "  return sent && sent.room_deleted_at === null ? toSent(sent) : null;",
      replace: "  return sent && Number.isNaN(sent.readable) ? toSent(sent) : null;",
    },
  ],
  run: { scenario: "late-send", count: 10, talkers: 10 },
  caughtBy: "I1",
};
