import type { JSX } from "solid-js";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { Fields } from "./Fields.tsx";
import { createForm } from "./form.ts";

/** Asks before something is done that others feel, does it, and is done with. */
export function Ask(props: {
  readonly title: string;
  readonly act: string;
  readonly children: JSX.Element;
  readonly onClose: () => void;
  readonly send: () => Promise<void>;
  readonly explain: (error: unknown) => string;
}) {
  const form = createForm({
    async send() {
      await props.send();
      props.onClose();
    },
    explain: (error) => ({ "": props.explain(error) }),
  });
  return (
    <Dialog title={props.title} kind="small" onClose={() => props.onClose()}>
      <Fields form={form}>
        <p class="dialog-text">{props.children}</p>
        <div class="buttons">
          <Button autofocus onClick={() => props.onClose()}>
            Cancel
          </Button>
          <Button kind="danger" type="submit" busy={form.busy()}>
            {props.act}
          </Button>
        </div>
      </Fields>
    </Dialog>
  );
}
