import type { Message } from "@parley/protocol/model";
import { createMemo, For, Show } from "solid-js";
import { type Client, type ShownReaction, useClient } from "../../state/client.ts";
import { Icon } from "../../ui/Icon.tsx";
import { notify } from "../../ui/notices.tsx";
import { explain } from "../words.ts";
import { namedMax, nameSome } from "./people-words.ts";

/** How a reader reacts, from wherever they do. */
export function createReact() {
  const client = useClient();
  return (message: Message, emoji: string): void => {
    client.toggleReaction(message, emoji).catch((error: unknown) => notify(explain(error)));
  };
}

/** The names of who reacted, mine first, as far as they are known and up to `most`: the others are not asked for. */
export function namesOf(client: Client, message: Message, reaction: ShownReaction, most?: number): readonly string[] {
  const me = client.me().id;
  const others = reaction.users
    .filter((id) => id !== me)
    .slice(0, most)
    .flatMap((id) => {
      const person = client.findPerson(message.room, id);
      return person ? [person.displayName] : [];
    });
  return reaction.mine ? ["You", ...others] : others;
}

/** The reactions under a message. Pressing one joins it, or leaves it. */
export function Reactions(props: {
  readonly message: Message;
  /** Whether Tab stops at them: only in the message that has the focus, or there would be no end of stops. */
  readonly reachable: boolean;
  /** The room is archived: they are read only. */
  readonly closed: boolean;
  readonly onAdd: (button: HTMLElement) => void;
}) {
  const client = useClient();
  const react = createReact();
  const shown = createMemo(() => (props.message.deletedAt ? [] : client.reactions(props.message)));
  const emoji = createMemo(() => shown().map((reaction) => reaction.emoji), [], { equals: isSame });

  return (
    <Show when={emoji().length > 0}>
      <ul class="reactions" aria-label="Reactions">
        <For each={emoji()}>
          {(each) => {
            const reaction = () => shown().find((other) => other.emoji === each);
            return (
              <Show when={reaction()}>
                {(current) => {
                  const who = createMemo(() =>
                    nameSome(namesOf(client, props.message, current(), namedMax), current().count),
                  );
                  return (
                    <li>
                      <button
                        type="button"
                        class="reaction"
                        data-emoji={each}
                        tabindex={props.reachable ? undefined : -1}
                        aria-pressed={current().mine}
                        aria-label={`${each} ${current().count}, ${who()} reacted`}
                        title={`${who()} reacted with ${each}`}
                        aria-disabled={props.closed ? "true" : undefined}
                        onClick={() => !props.closed && react(props.message, each)}
                      >
                        <span class="reaction-emoji" aria-hidden="true">
                          {each}
                        </span>
                        <span aria-hidden="true">{current().count}</span>
                      </button>
                    </li>
                  );
                }}
              </Show>
            );
          }}
        </For>
        <Show when={!props.closed}>
          <li>
            <button
              type="button"
              class="reaction reaction-add"
              tabindex={props.reachable ? undefined : -1}
              aria-label="Add reaction"
              title="Add reaction"
              onClick={(event) => props.onAdd(event.currentTarget)}
            >
              <Icon name="smilePlus" />
            </button>
          </li>
        </Show>
      </ul>
    </Show>
  );
}

const isSame = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((e, i) => e === b[i]);
