import { Show } from "solid-js";
import { Button } from "./Button.tsx";
import type { Form } from "./form.ts";
import { Icon } from "./Icon.tsx";

/** Ends a form that stays open: saves it, and says that it is saved. */
export function SaveButton(props: { readonly form: Form }) {
  return (
    <div class="buttons">
      <p class="saved" role="status">
        <Show when={props.form.done()}>
          <Icon name="check" />
          Saved
        </Show>
      </p>
      <Button type="submit" busy={props.form.busy()}>
        Save
      </Button>
    </div>
  );
}
