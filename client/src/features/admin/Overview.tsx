import type { Overview as Numbers } from "@parley/protocol/model";
import { createSignal, For, onMount, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { Button } from "../../ui/Button.tsx";
import { formatBytes } from "../../ui/bytes.ts";
import { Late } from "../../ui/Late.tsx";
import { formatFull } from "../../ui/time.ts";
import { explain } from "../words.ts";

/** The workspace at a glance. */
export function Overview(props: { readonly admin: Admin }) {
  const [numbers, setNumbers] = createSignal<Numbers>();
  const [problem, setProblem] = createSignal<string>();
  const load = async () => {
    setProblem(undefined);
    try {
      setNumbers(await props.admin.getOverview());
    } catch (error) {
      setProblem(explain(error));
    }
  };
  onMount(() => void load());
  return (
    <Show
      when={numbers()}
      fallback={
        <Show
          when={problem()}
          fallback={
            <Late>
              <p class="admin-note">Loading</p>
            </Late>
          }
        >
          <div class="admin-note" role="alert">
            <p>{problem()}</p>
            <Button onClick={() => void load()}>Try again</Button>
          </div>
        </Show>
      }
    >
      {(known) => (
        <dl class="admin-numbers">
          <For each={describe(known())}>
            {([term, value]) => (
              <div>
                <dt>{term}</dt>
                <dd>{value}</dd>
              </div>
            )}
          </For>
        </dl>
      )}
    </Show>
  );
}

const describe = (of: Numbers): readonly (readonly [string, string])[] => [
  ["People", of.users.active.toLocaleString()],
  ["Signed in", of.users.signedIn.toLocaleString()],
  ["Deactivated", of.users.deactivated.toLocaleString()],
  ["Public rooms", of.rooms.public.toLocaleString()],
  ["Private rooms", of.rooms.private.toLocaleString()],
  ["Messages", of.messages.toLocaleString()],
  ["Database", formatBytes(of.databaseBytes)],
  ["Version", of.version],
  ["Running since", formatFull(of.startedAt)],
  ["Epoch", of.epoch],
];
