import { createEffect, createSignal, type JSX, onCleanup, Show } from "solid-js";
import { useClient } from "../../state/client.ts";

/** Shorter breaks are nobody's business. */
const patienceMs = 1500;

/** Whether there has been no connection for long enough to say so. */
function createDisconnected(): () => boolean {
  const client = useClient();
  const [lasting, setLasting] = createSignal(false);
  const online = () => client.status().kind === "online";
  createEffect(() => {
    if (online()) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), patienceMs);
    onCleanup(() => clearTimeout(timer));
  });
  return lasting;
}

/** One quiet line while there is no connection, and what stands in its place otherwise. */
export function ConnectionLine(props: { readonly otherwise?: JSX.Element }) {
  const client = useClient();
  const disconnected = createDisconnected();
  return (
    <>
      <div role="status">
        <Show when={disconnected()}>
          <p class="connection-line">
            No connection. Trying again…
            <button type="button" class="text-button" onClick={() => client.retryNow()}>
              Try now
            </button>
          </p>
        </Show>
      </div>
      <Show when={!disconnected()}>{props.otherwise}</Show>
    </>
  );
}
