import type { NotifyLevel, Room } from "@parley/protocol/model";
import { createSignal, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Choice, type Option } from "../../ui/Choice.tsx";
import { explain } from "../words.ts";

const levels: readonly Option<NotifyLevel>[] = [
  { value: "all", label: "Every message", hint: "Each message counts as calling you." },
  { value: "mentions", label: "Mentions", hint: "Only when someone writes @you, @here or @all." },
  { value: "none", label: "Nothing", hint: "Quiet in the list, except for mentions." },
];

/** How loudly a room calls this reader. */
export function NotifyLevels(props: { readonly room: Room }) {
  const client = useClient();
  const [problem, setProblem] = createSignal("");
  const choose = async (level: NotifyLevel) => {
    setProblem("");
    try {
      await client.setNotifyLevel(props.room.id, level);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  return (
    <Show when={props.room.membership}>
      {(place) => (
        <section class="details-part" aria-label="Notifications">
          <Choice
            label="Notify me about"
            options={levels}
            value={place().notifyLevel}
            onChange={(level) => void choose(level)}
          />
          <Show when={problem()}>
            <p class="form-problem" role="alert">
              {problem()}
            </p>
          </Show>
        </section>
      )}
    </Show>
  );
}
