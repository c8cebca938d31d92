import { For, Show } from "solid-js";
import { type Entry, type ShownReaction, useClient } from "../../state/client.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { namesOf } from "./Reactions.tsx";

/** Who reacted to a message with what. */
export function WhoReacted(props: { readonly entry: Entry; readonly onClose: () => void }) {
  const client = useClient();
  const message = () => props.entry.message();
  const names = (reaction: ShownReaction) => namesOf(client, message(), reaction);
  return (
    <Dialog title="Reactions" kind="small" onClose={() => props.onClose()}>
      <Show
        when={client.reactions(message()).length > 0}
        fallback={<p class="dialog-text">There are none any more.</p>}
      >
        <ul class="who-reacted">
          <For each={client.reactions(message())}>
            {(reaction) => (
              <li>
                <span class="who-reacted-emoji">{reaction.emoji}</span>
                <div>
                  <b>{reaction.count === 1 ? "1 person" : `${reaction.count} people`}</b>
                  <ul>
                    <For each={names(reaction)}>{(name) => <li dir="auto">{name}</li>}</For>
                    <Show when={reaction.count > names(reaction).length}>
                      <li>{`and ${reaction.count - names(reaction).length} more`}</li>
                    </Show>
                  </ul>
                </div>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </Dialog>
  );
}
