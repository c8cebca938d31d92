import { limits } from "@parley/protocol/limits";
import type { RoomKind } from "@parley/protocol/model";
import { createSignal } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field, TextField } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { navigate } from "../../ui/router/router.ts";
import { roomPath } from "../../ui/router/routes.ts";
import { explainAt } from "../words.ts";
import { checkDescription, checkRoomName, kinds } from "./room-fields.ts";

export function CreateRoom(props: { readonly onClose: () => void }) {
  const client = useClient();
  const [name, setName] = createSignal("");
  const [description, setDescription] = createSignal("");
  const [kind, setKind] = createSignal<RoomKind>("public");
  const form = createForm({
    check: () => ({ name: checkRoomName(name()), description: checkDescription(description()) }),
    async send() {
      const room = await client.createRoom({
        name: name().trim(),
        kind: kind(),
        description: description().trim(),
      });
      props.onClose();
      navigate(roomPath(room.slug));
    },
    explain: explainAt({ slug_taken: "name" }, ["name", "description"]),
  });

  return (
    <Dialog title="Create a room" onClose={() => props.onClose()}>
      <Fields form={form}>
        <Field
          label="Name"
          bound={form.field("name", name, setName)}
          autocomplete="off"
          autofocus
          maxLength={limits.roomNameLength * 2}
        />
        <TextField
          label="Description"
          bound={form.field("description", description, setDescription)}
          rows={2}
          optional
          hint="What the room is for."
        />
        <Choice label="Who can find it" options={kinds} value={kind()} onChange={setKind} />
        <div class="buttons">
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button kind="primary" type="submit" busy={form.busy()}>
            Create room
          </Button>
        </div>
      </Fields>
    </Dialog>
  );
}
