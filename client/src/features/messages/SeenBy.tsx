import { createResource, For, Show } from "solid-js";
import { type Entry, useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { explain } from "../words.ts";

/** Who has read a message, of those who share it. */
export function SeenBy(props: { readonly entry: Entry; readonly onClose: () => void }) {
  const client = useClient();
  const { room, id } = props.entry.message();
  const [readers] = createResource(() => client.listReaders(room, id));
  return (
    <Dialog title="Seen by" kind="small" onClose={() => props.onClose()}>
      <Show when={readers.error}>{(error) => <p class="dialog-text">{explain(error())}</p>}</Show>
      <Show when={!readers.error && readers()}>
        {(people) => (
          <ul class="seen-by">
            <For each={people()} fallback={<li class="dialog-text">Nobody yet, or they keep it to themselves.</li>}>
              {(reader) => {
                const person = () => client.person(reader);
                return (
                  <li>
                    <Avatar id={reader.id} name={person().displayName} picture={person().avatar} />
                    <span dir="auto">{person().displayName}</span>
                  </li>
                );
              }}
            </For>
          </ul>
        )}
      </Show>
    </Dialog>
  );
}
