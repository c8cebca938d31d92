import { isBlank } from "@parley/protocol/content";
import { codePoints, limits } from "@parley/protocol/limits";
import type { Room } from "@parley/protocol/model";
import { createSignal, onMount, Show } from "solid-js";
import { type Entry, useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { GrowingText, isComposing } from "../../ui/GrowingText.tsx";
import { isTouch } from "../../ui/media.ts";
import { explain } from "../words.ts";
import type { Editing } from "./editing.ts";

/** Changes a message where it stands. */
export function EditMessage(props: {
  readonly room: Room;
  readonly entry: Entry;
  readonly editing: Editing;
  /** The text was left empty: the writer may want the message gone. */
  readonly onEmptied: () => void;
}) {
  const client = useClient();
  const [problem, setProblem] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  let field: HTMLTextAreaElement | undefined;
  onMount(() => {
    field?.focus({ preventScroll: true });
    field?.setSelectionRange(field.value.length, field.value.length);
  });

  const save = async () => {
    const text = props.editing.text();
    const message = props.entry.message();
    if (busy()) return;
    const unsent = props.entry.delivery().kind !== "sent";
    if (isBlank(text) && !(unsent && message.attachments)) {
      if (unsent) setProblem("A message needs some text.");
      else props.onEmptied();
      return;
    }
    if (codePoints(text) > limits.messageLength) {
      setProblem(`A message has at most ${limits.messageLength} characters.`);
      return;
    }
    if (text === message.content && props.entry.change() === null) {
      props.editing.stop();
      return;
    }
    setBusy(true);
    try {
      if (unsent) await client.changeUnsent(message.clientMessageId ?? "", text);
      else await client.editMessage(props.room.id, message.id, text);
      if (props.editing.entry() === props.entry) props.editing.stop();
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      class="message-edit"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="message-edit-box">
        <GrowingText
          ref={(element) => {
            field = element;
          }}
          label="Edit message"
          value={props.editing.text()}
          onInput={(text) => {
            props.editing.change(text);
            setProblem(undefined);
          }}
          onKeyDown={(event) => {
            // The arrows belong to the text here, not to the list of messages.
            event.stopPropagation();
            if (isComposing(event)) return;
            if (event.key === "Escape") {
              event.preventDefault();
              props.editing.stop();
            } else if (event.key === "Enter" && !event.shiftKey && !isTouch()) {
              event.preventDefault();
              void save();
            }
          }}
        />
      </div>
      <div class="form-alert" role="alert">
        <Show when={problem()}>
          {(text) => (
            <p class="field-note" data-error="">
              {text()}
            </p>
          )}
        </Show>
      </div>
      <div class="message-edit-end">
        <Button type="submit" kind="primary" busy={busy()}>
          Save
        </Button>
        <Button kind="quiet" onClick={() => props.editing.stop()}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
