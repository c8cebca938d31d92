import type { RoomId } from "@parley/protocol/model";
import { Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { describeTyping } from "./typing-words.ts";

/** Who is writing in a room now. */
export function Typing(props: { readonly room: RoomId }) {
  const client = useClient();
  const words = () => describeTyping(client.typing(props.room));
  return (
    <p class="typing">
      <Show when={words()}>
        {(text) => (
          <>
            <span class="typing-dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <span class="typing-names">{text()}</span>
          </>
        )}
      </Show>
    </p>
  );
}
