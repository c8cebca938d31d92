import type { Room } from "@parley/protocol/model";
import { Show } from "solid-js";
import { canAdminister, useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { createForm } from "../../ui/form.ts";
import { notify } from "../../ui/notices.tsx";
import { explain } from "../words.ts";

/** In place of the composer, where nothing more is written. */
export function ArchivedLine(props: { readonly room: Room }) {
  const client = useClient();
  const form = createForm({
    async send() {
      await client.editRoom(props.room.id, { archived: false });
    },
    explain(error) {
      notify(explain(error));
      return {};
    },
  });
  return (
    <form class="archived-line" onSubmit={form.onSubmit}>
      <p>This room is archived. You can still read and search it.</p>
      <Show when={canAdminister(client.me(), props.room)}>
        <Button type="submit" busy={form.busy()}>
          Use it again
        </Button>
      </Show>
    </form>
  );
}
