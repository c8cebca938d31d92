import { limits } from "@parley/protocol/limits";
import type { Room } from "@parley/protocol/model";
import { createSignal } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { Field, TextField } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { explainAt } from "../words.ts";
import { checkDescription, checkRoomName, checkSlug, kinds } from "./room-fields.ts";

/** Changes a room's details. Begins with what they are now; what others change meanwhile does not touch the fields. */
export function EditRoom(props: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient();
  const before = props.room;
  const [name, setName] = createSignal(before.name);
  const [description, setDescription] = createSignal(before.description);
  const [slug, setSlug] = createSignal(before.slug);
  const [kind, setKind] = createSignal(before.kind);
  const form = createForm({
    check: () => ({
      name: checkRoomName(name()),
      description: checkDescription(description()),
      slug: checkSlug(slug().trim()),
    }),
    async send() {
      const now = { name: name().trim(), description: description().trim(), slug: slug().trim(), kind: kind() };
      const changes = {
        ...(now.name !== before.name && { name: now.name }),
        ...(now.description !== before.description && { description: now.description }),
        ...(now.slug !== before.slug && { slug: now.slug }),
        ...(now.kind !== before.kind && { kind: now.kind }),
      };
      if (Object.keys(changes).length > 0) await client.editRoom(before.id, changes);
      props.onClose();
    },
    explain: explainAt({ slug_taken: "slug" }, ["name", "description", "slug"]),
  });

  return (
    <Fields form={form}>
      <Field label="Name" bound={form.field("name", name, setName)} autocomplete="off" autofocus />
      <TextField label="Description" bound={form.field("description", description, setDescription)} optional />
      <Field
        label="Address"
        bound={form.field("slug", slug, setSlug)}
        autocomplete="off"
        literal
        maxLength={limits.slugLength}
        hint="Links to the old address stop working."
      />
      <Choice label="Who can find it" options={kinds} value={kind()} onChange={setKind} />
      <div class="buttons">
        <Button onClick={() => props.onClose()}>Cancel</Button>
        <Button kind="primary" type="submit" busy={form.busy()}>
          Save
        </Button>
      </div>
    </Fields>
  );
}
