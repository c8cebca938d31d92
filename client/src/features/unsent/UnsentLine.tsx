import { Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Icon } from "../../ui/Icon.tsx";

/** Tells of messages that were not sent, in whichever room, and leads to them. */
export function UnsentLine(props: { readonly onOpen: () => void }) {
  const client = useClient();
  const count = () => client.unsent().filter(({ failure }) => failure !== null).length;
  return (
    <div role="status">
      <Show when={count() > 0}>
        <button type="button" class="unsent-line" onClick={() => props.onOpen()}>
          <Icon name="alert" />
          {count() === 1 ? "1 message was not sent" : `${count()} messages were not sent`}
        </button>
      </Show>
    </div>
  );
}
