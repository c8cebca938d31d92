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
      find: "WHERE messages.author_id = ? AND messages.client_message_id = ?`",
      replace: "WHERE messages.author_id = ? AND messages.client_message_id = ? AND 1 = 0`",
    },
  ],
  run: { scenario: "late-send", count: 10, talkers: 10 },
  caughtBy: "I1",
};
