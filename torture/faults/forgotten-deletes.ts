import type { Fault } from "./fault.ts";

/** Who was away never learns what was deleted meanwhile. */
export const forgottenDeletes: Fault = {
  name: "forgotten-deletes",
  about: "what is read for who comes back has no deleted messages",
  patches: [
    {
      file: "server/src/store/verbs/topics.ts",
      find: "     WHERE messages.room_id = ? AND messages.seq > ? ORDER BY messages.seq LIMIT ?`,",
      replace:
        "     WHERE messages.room_id = ? AND messages.seq > ? AND messages.deleted_at IS NULL ORDER BY messages.seq LIMIT ?`,",
    },
  ],
  run: { scenario: "kill", count: 5, talkers: 40 },
  caughtBy: "I5",
};
