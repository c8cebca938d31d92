import { createEffect, createMemo, createSignal, type JSX, Match, onCleanup, Show, Switch } from "solid-js";
import { useClient } from "../../state/client.ts";

/** Shorter breaks are nobody's business. */
const patienceMs = 1500;

/** What stands between this client and the live server, once it has lasted long enough to say so. */
function createTrouble(): () => "disconnected" | "polling" | undefined {
  const client = useClient();
  const trouble = createMemo(() => {
    const status = client.status();
    if (status.kind !== "online") return "disconnected";
    return status.by === "polling" ? "polling" : undefined;
  });
  const [lasting, setLasting] = createSignal<"disconnected" | "polling">();
  createEffect(() => {
    const now = trouble();
    if (!now) {
      setLasting(undefined);
      return;
    }
    const timer = setTimeout(() => setLasting(now), patienceMs);
    onCleanup(() => clearTimeout(timer));
  });
  return lasting;
}

/** One quiet line while there is no connection or only a slow one, and what stands in its place otherwise. */
export function ConnectionLine(props: { readonly otherwise?: JSX.Element }) {
  const client = useClient();
  const trouble = createTrouble();
  return (
    <>
      <div role="status">
        <Switch>
          <Match when={trouble() === "disconnected"}>
            <p class="connection-line">
              No connection. Trying again…
              <button type="button" class="text-button" onClick={() => client.retryNow()}>
                Try now
              </button>
            </p>
          </Match>
          <Match when={trouble() === "polling"}>
            <p class="connection-line">Live updates are blocked here. Checking every 2 seconds.</p>
          </Match>
        </Switch>
      </div>
      <Show when={!trouble()}>{props.otherwise}</Show>
    </>
  );
}
