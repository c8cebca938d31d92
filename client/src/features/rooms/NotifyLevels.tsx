import type { Room } from "@parley/protocol/model";
import { Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { createAttempt } from "../../ui/attempt.ts";
import { Choice } from "../../ui/Choice.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { explain } from "../words.ts";
import { notifyLevels } from "./notify-levels.ts";

/** How loudly a room calls this reader. */
export function NotifyLevels(props: { readonly room: Room }) {
  const client = useClient();
  const attempt = createAttempt(explain);
  return (
    <Show when={props.room.membership}>
      {(place) => (
        <section class="details-part" aria-label="Notifications">
          <Choice
            label="Notify me about"
            options={notifyLevels.map(({ icon: _, ...level }) => level)}
            value={place().notifyLevel}
            onChange={(level) => void attempt(() => client.setNotifyLevel(props.room.id, level))}
          />
          <FormProblem text={attempt.problem()} />
        </section>
      )}
    </Show>
  );
}
