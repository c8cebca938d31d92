import type { JSX } from "solid-js";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { createForm } from "../../ui/form.ts";
import { explain } from "../words.ts";

/** Asks before what cannot be taken back lightly. */
export function Confirm(props: {
  readonly title: string;
  readonly act: string;
  readonly children: JSX.Element;
  readonly onClose: () => void;
  readonly send: () => Promise<void>;
}) {
  const form = createForm({
    async send() {
      await props.send();
      props.onClose();
    },
    explain: (error) => ({ "": explain(error) }),
  });
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
