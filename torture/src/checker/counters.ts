import { limits } from "@parley/protocol/limits";
import type { Violation } from "./check.ts";
import type { Run } from "./run.ts";

/** I8: what a client says is unread, counted once more from what is stored. */
export function checkCounters({ views, dump, stored }: Run): readonly Violation[] {
  const receipts = new Map(dump.members.map(({ room, user, upTo }) => [`${user} ${room}`, upTo]));
  return views.flatMap(({ user, rooms }) =>
    rooms.flatMap((view): readonly Violation[] => {
      const upTo = receipts.get(`${user} ${view.room}`) ?? 0;
      const later = (stored.get(view.room) ?? []).filter(
        ({ id, author, deleted }) => id > upTo && author !== user && !deleted,
      );
      const unread = Math.min(limits.unreadCount, later.length);
      const calls = later.filter(({ mentions }) => mentions.some((name) => [user, "all", "here"].includes(name)));
      const mentions = Math.min(limits.unreadCount, calls.length);
      if (view.unread === unread && view.mentions === mentions) return [];
      const found = `${user} in ${view.room}, read up to #${upTo}: shows ${view.unread} unread and ${view.mentions} mentions, counted ${unread} and ${mentions}`;
      return [{ invariant: "I8", found }];
    }),
  );
}
