import type { Room } from "@parley/protocol/model";
import { Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { createForm } from "../../ui/form.ts";
import { Aside } from "../../ui/Page.tsx";
import { explain } from "../words.ts";
import { countMembers } from "./RoomHeader.tsx";
import { RoomIcon } from "./RoomIcon.tsx";

/** A public room that the reader is not in: what it is about, and one button. */
export function RoomPreview(props: { readonly room: Room }) {
  const client = useClient();
  const form = createForm({
    async send() {
      await client.joinRoom(props.room.id);
    },
    explain: (error) => ({ "": explain(error) }),
  });
  return (
    <Aside>
      <form class="card" onSubmit={form.onSubmit}>
        <span class="history-start-mark">
          <RoomIcon kind={props.room.kind} />
        </span>
        <h1 dir="auto">{props.room.name}</h1>
        <Show when={props.room.description}>
          <p class="card-lead" dir="auto">
            {props.room.description}
          </p>
        </Show>
        <Show when={client.removedFrom(props.room.id)}>
          <p class="card-lead" role="status">
            You were removed from this room.
          </p>
        </Show>
        <Show
          when={!props.room.archivedAt}
          fallback={<p class="card-meta">This room is archived. Nobody can join it now.</p>}
        >
          <p class="card-meta">{countMembers(props.room.memberCount)}. Join to read and write here.</p>
          <FormProblem text={form.problem("")} />
          <Button kind="primary" type="submit" wide autofocus busy={form.busy()}>
            Join
          </Button>
        </Show>
      </form>
    </Aside>
  );
}
