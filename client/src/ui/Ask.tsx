import type { JSX } from "solid-js";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { FormProblem } from "./FormProblem.tsx";
import { createForm } from "./form.ts";

/** Asks before something is done that others feel, and does it. */
export function Ask(props: {
  readonly title: string;
  readonly act: string;
  readonly children: JSX.Element;
  readonly onClose: () => void;
  readonly send: () => Promise<void>;
  readonly explain: (error: unknown) => string;
}) {
  const form = createForm({ send: () => props.send(), explain: (error) => ({ "": props.explain(error) }) });
  return (
    <Dialog title={props.title} kind="small" onClose={() => props.onClose()}>
      <form class="form" onSubmit={form.onSubmit}>
        <p class="dialog-text">{props.children}</p>
        <FormProblem text={form.problem("")} />
        <div class="buttons">
          <Button autofocus onClick={() => props.onClose()}>
            Cancel
          </Button>
          <Button kind="danger" type="submit" busy={form.busy()}>
            {props.act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
