import type { Fault } from "./fault.ts";

/** What is deleted still counts as unread. */
export const unreadAfterDelete: Fault = {
  name: "unread-after-delete",
  about: "deleted messages count as unread",
  patches: [
    {
      file: "server/src/store/verbs/rows.ts",
      find: "messages.id > receipts.up_to AND messages.deleted_at IS NULL \\",
      replace: "messages.id > receipts.up_to \\",
    },
  ],
  run: { scenario: "calm", count: 3, talkers: 10 },
  caughtBy: "I8",
};
