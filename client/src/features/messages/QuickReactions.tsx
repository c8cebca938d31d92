import type { Message } from "@parley/protocol/model";
import { For, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { IconButton } from "../../ui/IconButton.tsx";

const quick: readonly (readonly [emoji: string, name: string])[] = [
  ["👍", "thumbs up"],
  ["❤️", "heart"],
  ["😂", "laughing"],
  ["😮", "surprised"],
  ["😢", "sad"],
];

/** The emoji that are at hand, and the way to all others. Nothing on a message that cannot have any. */
export function QuickReactions(props: {
  readonly message: Message;
  readonly onReact: (emoji: string) => void;
  readonly onMore: (button: HTMLElement) => void;
}) {
  const client = useClient();
  const isOn = (emoji: string) =>
    client.reactions(props.message).some((reaction) => reaction.emoji === emoji && reaction.mine);
  return (
    <Show when={props.message.id > 0 && props.message.deletedAt === undefined}>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons, not fields. */}
      <div class="quick-reactions" role="group" aria-label="React">
        <For each={quick}>
          {([emoji, name]) => (
            <button
              type="button"
              class="icon-button quick-reaction"
              aria-label={`React with ${name}`}
              title={`React with ${name}`}
              aria-pressed={isOn(emoji)}
              onClick={() => props.onReact(emoji)}
            >
              {emoji}
            </button>
          )}
        </For>
        <IconButton
          icon="smilePlus"
          label="Add reaction"
          onClick={(event) => event.currentTarget instanceof HTMLElement && props.onMore(event.currentTarget)}
        />
      </div>
    </Show>
  );
}
