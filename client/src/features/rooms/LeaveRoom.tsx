import type { Room } from "@parley/protocol/model";
import type { JSX } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { createForm } from "../../ui/form.ts";
import { notify } from "../../ui/notices.tsx";
import { navigate } from "../../ui/router/router.ts";
import { homePath } from "../../ui/router/routes.ts";
import { explain } from "../words.ts";

export function LeaveRoom(props: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient();
  const { id, name, kind } = props.room;
  return (
    <Ask
      title={`Leave ${name}?`}
      act="Leave"
      onClose={props.onClose}
      send={async () => {
        await client.leaveRoom(id);
        navigate(homePath, { replace: true });
        notify(`You left ${name}.`);
      }}
    >
      {kind === "private"
        ? "This room is private: to come back, you need a new invite."
        : "You can join again whenever you like."}
    </Ask>
  );
}

export function DeleteRoom(props: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient();
  const { id, name } = props.room;
  return (
    <Ask
      title={`Delete ${name}?`}
      act="Delete room"
      onClose={props.onClose}
      send={async () => {
        await client.deleteRoom(id);
        navigate(homePath, { replace: true });
        notify(`${name} is deleted.`);
      }}
    >
      All its messages are lost for everyone. This cannot be undone.
    </Ask>
  );
}

function Ask(props: {
  readonly title: string;
  readonly act: string;
  readonly children: JSX.Element;
  readonly onClose: () => void;
  readonly send: () => Promise<void>;
}) {
  const form = createForm({ send: () => props.send(), explain: (error) => ({ "": explain(error) }) });
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
