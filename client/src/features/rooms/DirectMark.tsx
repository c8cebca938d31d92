import type { Room } from "@parley/protocol/model";
import { createMemo, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { PresenceDot } from "../../ui/PresenceDot.tsx";

/** What a direct room looks like: the other person, how many others there are in a group, or oneself. */
export function DirectMark(props: { readonly room: Room }) {
  const client = useClient();
  const others = createMemo(() => (props.room.users ?? []).filter(({ id }) => id !== client.me().id));
  const person = () => (others().length === 0 ? client.me() : others()[0]);
  return (
    <Show
      when={others().length < 2 && person()}
      fallback={
        <span class="avatar direct-count" data-size="small" aria-hidden="true">
          {others().length}
        </span>
      }
    >
      {(shown) => (
        <PresenceDot presence={client.presence(shown().id)}>
          <Avatar id={shown().id} name={shown().displayName} picture={client.person(shown()).avatar} size="small" />
        </PresenceDot>
      )}
    </Show>
  );
}
