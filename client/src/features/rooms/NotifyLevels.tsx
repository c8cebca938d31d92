import type { NotifyLevel, Room } from "@parley/protocol/model";
import { createSignal, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Choice } from "../../ui/Choice.tsx";
import { explain } from "../words.ts";
import { notifyLevels } from "./notify-levels.ts";

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
            options={notifyLevels.map(({ icon: _, ...level }) => level)}
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
