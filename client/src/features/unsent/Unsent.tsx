import { createSignal, For, Show } from "solid-js";
import { type Unsent as UnsentAct, useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { copyText } from "../../ui/clipboard.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { formatFull } from "../../ui/time.ts";
import { explain } from "../words.ts";
import "./unsent.css";

/** Every message that the server does not have, in whichever room, and what to do with it. */
export function Unsent(props: { readonly onClose: () => void }) {
  const client = useClient();
  // By their keys, so that what changes with a message does not take the focus from its buttons.
  const keys = () => client.unsent().map(({ key }) => key);
  return (
    <Dialog title="Not sent yet" kind="wide" onClose={() => props.onClose()}>
      <ul class="unsent">
        <For each={keys()} fallback={<li class="dialog-text">Everything is sent.</li>}>
          {(key) => (
            <Show when={client.unsent().find((unsent) => unsent.key === key)}>
              {(unsent) => <UnsentItem unsent={unsent()} />}
            </Show>
          )}
        </For>
      </ul>
    </Dialog>
  );
}

function UnsentItem(props: { readonly unsent: UnsentAct }) {
  const client = useClient();
  const [problem, setProblem] = createSignal<string>();
  const room = () => client.findRoom(props.unsent.room);
  const act = (done: Promise<void>) => void done.catch((error: unknown) => setProblem(explain(error)));
  const files = () => (props.unsent.attachments ?? []).map(({ name }) => name).join(", ");
  return (
    <li class="unsent-item">
      <p class="unsent-head">
        <b dir="auto">{room()?.name ?? "A room you are not in"}</b>
        <time datetime={props.unsent.createdAt}>{formatFull(props.unsent.createdAt)}</time>
      </p>
      <p class="unsent-text" dir="auto">
        {props.unsent.kind === "delete" ? "A message to be deleted" : props.unsent.content || files()}
      </p>
      <Show when={props.unsent.failure} fallback={<p class="unsent-state">Waits to be sent.</p>}>
        {(reason) => (
          <>
            <p class="unsent-state" data-failed="">
              {reason()}
            </p>
            <FormProblem text={problem()} />
            <div class="buttons">
              <Show when={props.unsent.content}>
                <Button kind="quiet" onClick={() => void copyText(props.unsent.content, "Text copied")}>
                  Copy text
                </Button>
              </Show>
              <Button kind="danger-quiet" onClick={() => act(client.discardUnsent(props.unsent.key))}>
                Delete
              </Button>
              <Show when={room()}>
                <Button onClick={() => act(client.retryUnsent(props.unsent.key))}>Retry</Button>
              </Show>
            </div>
          </>
        )}
      </Show>
    </li>
  );
}
