import type { MemberPage } from "@parley/protocol/http/rooms";
import type { Membership } from "@parley/protocol/model";
import type { Client } from "../../state/client.ts";
import type { CompletionSource } from "../../ui/Completion.tsx";

const shownMax = 8;

/** `@name` completes to the members of a room, and to everyone. */
export const peopleCompletion = (client: Client, room: string): CompletionSource => {
  let firstPage: Promise<MemberPage> | undefined;
  const listFirst = async () => {
    firstPage ??= client.listMembers(room, "");
    try {
      return await firstPage;
    } catch {
      firstPage = undefined; // Asked for again with the next word.
      return { members: [], cursor: null };
    }
  };
  const complete = (members: readonly Membership[]) =>
    members
      .map(({ user }) => client.person(user))
      .filter(({ id }) => id !== client.me().id)
      .map(({ id, username, displayName }) => ({
        id,
        label: displayName,
        detail: `@${username}`,
        text: `@${username} `,
      }));
  return {
    label: "People",
    pattern: /(?<![\p{L}\p{N}_@.+/-])@([\p{L}\p{N}._-]{0,32})$/u,
    async find(query) {
      const { members } = await listFirst();
      const sought = query.toLowerCase();
      const all = [
        { id: "all", label: "@all", detail: "Everyone in this room", text: "@all " },
        { id: "here", label: "@here", detail: "Everyone who is here now", text: "@here " },
      ].filter(({ id }) => id.startsWith(sought));
      const fits = (name: string) => name.toLowerCase().startsWith(sought);
      const found = complete(members).filter(({ label, detail }) =>
        [detail.slice(1), ...label.split(/\s+/), label].some(fits),
      );
      return [...found.slice(0, shownMax - all.length), ...all];
    },
    /** In a large room the first page does not have everyone. */
    async findMore(query, found, signal) {
      const { cursor } = await listFirst();
      if (cursor === null || query === "" || found.length >= shownMax) return found;
      const { members } = await client.listMembers(room, query, undefined, signal);
      const known = new Set(found.map(({ id }) => id));
      return [...found, ...complete(members).filter(({ id }) => !known.has(id))].slice(0, shownMax);
    },
  };
};
