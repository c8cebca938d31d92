import type { Room } from "@parley/protocol/model";
import { createSignal } from "solid-js";
import { type Entry, useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { createForm } from "../../ui/form.ts";
import { explain } from "../words.ts";

/** Asks once, since a deleted message does not come back. */
export function DeleteMessage(props: { readonly room: Room; readonly entry: Entry; readonly onClose: () => void }) {
  const client = useClient();
  const [message] = createSignal(props.entry.message());
  const form = createForm({
    async send() {
      await client.deleteMessage(props.room.id, message().id);
      props.onClose();
    },
    explain: (error) => ({ "": explain(error) }),
  });
  return (
    <Dialog title="Delete this message?" kind="small" onClose={() => props.onClose()}>
      <form class="form" onSubmit={form.onSubmit}>
        <p class="dialog-text">Its text is gone for everyone. A line stays in its place.</p>
        <FormProblem text={form.problem("")} />
        <div class="buttons">
          <Button onClick={() => props.onClose()}>Keep it</Button>
          <Button kind="danger" type="submit" autofocus busy={form.busy()}>
            Delete
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
