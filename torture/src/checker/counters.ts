import { limits } from "@parley/protocol/limits";
import type { Violation } from "./check.ts";
import type { Run } from "./run.ts";

/** I8: what a client says is unread, counted once more from what is stored. */
export function checkCounters({ views, dump, stored }: Run): readonly Violation[] {
  const places = new Map(dump.members.map((member) => [`${member.user} ${member.room}`, member]));
  return views.flatMap(({ user, rooms }) =>
    rooms.flatMap((view): readonly Violation[] => {
      const { upTo = 0, username = "" } = places.get(`${user} ${view.room}`) ?? {};
      const later = (stored.get(view.room) ?? []).filter(
        ({ id, author, deleted }) => id > upTo && author !== user && !deleted,
      );
      const unread = Math.min(limits.unreadCount, later.length);
      const calls = later.filter(({ mentions }) => mentions.some((name) => [username, "all", "here"].includes(name)));
      const mentions = Math.min(limits.unreadCount, calls.length);
      if (view.unread === unread && view.mentions === mentions) return [];
      const found = `${user} in ${view.room}, read up to #${upTo}: shows ${view.unread} unread and ${view.mentions} mentions, counted ${unread} and ${mentions}`;
      return [{ invariant: "I8", found }];
    }),
  );
}
