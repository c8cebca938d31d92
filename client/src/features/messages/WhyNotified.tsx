import type { Notification } from "@parley/protocol/http/notifications";
import type { MessageId, Room } from "@parley/protocol/model";
import { createSignal, onMount, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { formatFull } from "../../ui/time.ts";
import { explain } from "../words.ts";

/** Tells the one reason for which a message called its reader, or did not, and what became of it. */
export function WhyNotified(props: { readonly room: Room; readonly id: MessageId; readonly onClose: () => void }) {
  const client = useClient();
  const [found, setFound] = createSignal<Notification>();
  const [problem, setProblem] = createSignal<string>();
  onMount(async () => {
    try {
      setFound(await client.explainNotification(props.room.id, props.id));
    } catch (error) {
      setProblem(explain(error));
    }
  });
  return (
    <Dialog title="Why was I notified, or not?" kind="small" onClose={() => props.onClose()}>
      <FormProblem text={problem()} />
      <Show when={found()}>
        {(explanation) => (
          <>
            <p class="dialog-text">
              <b>{explanation().alerts ? "This message calls you." : "This message does not call you."}</b>{" "}
              {reasons[explanation().reason]}
            </p>
            <Show when={explanation().alerts}>
              <p class="dialog-text">{tellOutcome(explanation())}</p>
            </Show>
          </>
        )}
      </Show>
    </Dialog>
  );
}

const reasons: Readonly<Record<Notification["reason"], string>> = {
  own: "You wrote it yourself.",
  deleted: "It was deleted.",
  muted: "You have muted this room.",
  read: "You had read it by then.",
  mentioned: "It mentions you.",
  direct: "It is in a direct room.",
  all: "You have set this room to call you for every message.",
  not_mentioned: "This room calls you for mentions only, and you are not mentioned in it.",
};

function tellOutcome({ outcome, decidedAt, devices }: Notification): string {
  const at = decidedAt ? ` on ${formatFull(decidedAt)}` : "";
  switch (outcome) {
    case "pushed":
      return `It was pushed to ${devices === 1 ? "one browser" : `${devices} browsers`} of yours${at}.`;
    case "failed":
      return `It could not be pushed${at}: the push services of your browsers did not take it.`;
    case "read":
      return `You read it before it was pushed${at}.`;
    case undefined:
      if (devices > 0) return "It was not pushed. Browsers that you have set up since will be told of later ones.";
      return "None of your browsers is set up to be pushed to. Open pages tell you by themselves, if they may.";
  }
}
