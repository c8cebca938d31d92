import type { Author } from "@parley/protocol/model";
import type { Client } from "../../state/client.ts";
import type { CompletionSource } from "../../ui/Completion.tsx";

const shownMax = 8;

/** `@name` completes to the members of a room, and to everyone. */
export const peopleCompletion = (client: Client, room: string): CompletionSource => {
  let members: Promise<readonly Author[]> | undefined;
  return {
    label: "People",
    pattern: /(?<![\p{L}\p{N}_@.+/-])@([\p{L}\p{N}._-]{0,32})$/u,
    async find(query) {
      members ??= client.listMembers(room).then(
        (page) => page.members.map(({ user }) => user),
        () => [],
      );
      const sought = query.toLowerCase();
      const people = (await members).map(client.person).filter((person) => person.id !== client.me().id);
      const all = [
        { id: "all", label: "@all", detail: "Everyone in this room", text: "@all " },
        { id: "here", label: "@here", detail: "Everyone who is here now", text: "@here " },
      ].filter(({ id }) => id.startsWith(sought));
      const found = people
        .filter(({ username, displayName }) =>
          [username, ...displayName.split(/\s+/), displayName].some((name) => name.toLowerCase().startsWith(sought)),
        )
        .slice(0, shownMax - all.length)
        .map(({ id, username, displayName }) => ({
          id,
          label: displayName,
          detail: `@${username}`,
          text: `@${username} `,
        }));
      return [...found, ...all];
    },
  };
};
