import type { Presence, UserId } from "@parley/protocol/model";
import { presenceContract } from "./contract/presences.ts";

presenceContract("a book in memory", async () => {
  const pages = new Map<string, { version: number; here: Map<UserId, Presence> }>();
  return {
    book: {
      async change(node, version, changes) {
        const page = pages.get(node);
        if (!page) return false;
        page.version = version;
        for (const [user, presence] of changes) {
          if (presence === "offline") page.here.delete(user);
          else page.here.set(user, presence);
        }
        return true;
      },
      async write(node, version, here) {
        pages.set(node, { version, here: new Map(here) });
      },
      read: async (node) => pages.get(node) ?? null,
    },
    clear: async () => pages.clear(),
    dispose: async () => {},
  };
});
