import type { Author } from "@parley/protocol/model";
import { For, Show } from "solid-js";
import { Avatar } from "../../ui/Avatar.tsx";
import { nameSome } from "./people-words.ts";

/** So many faces; the others are a number. */
const facesMax = 3;

/** Who has read a message, in the room that is kept for it beside the words. */
export function SeenMark(props: { readonly readers: readonly Author[] }) {
  const words = () => {
    const names = props.readers.map(({ displayName }) => displayName);
    return `Seen by ${nameSome(names, names.length)}`;
  };
  const rest = () => props.readers.length - facesMax;
  return (
    <p class="seen" title={words()}>
      <span class="sr-only">{words()}</span>
      <For each={props.readers.slice(0, facesMax)}>
        {({ id, displayName, avatar }) => (
          <Avatar id={id} name={displayName.trim().split(/\s/u)[0] ?? ""} picture={avatar} size="tiny" />
        )}
      </For>
      <Show when={rest() > 0}>
        <span class="seen-more" aria-hidden="true">
          +{rest()}
        </span>
      </Show>
    </p>
  );
}
