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
              <span>
                No connection. Trying again…
                <Waiting />
              </span>
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

/** What is to be sent once there is a connection again. */
function Waiting() {
  const client = useClient();
  const count = () => client.unsent().filter(({ kind, failure }) => kind === "send" && failure === null).length;
  const [lasts, setLasts] = createSignal(true);
  void client.unsentLasts().then(setLasts);
  return (
    <Show when={count() > 0}>
      {` ${count() === 1 ? "1 message waits" : `${count()} messages wait`}${lasts() ? "." : ", but only until this page is closed."}`}
    </Show>
  );
}
