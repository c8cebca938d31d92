import type { Room } from "@parley/protocol/model";
import { createSignal, Show } from "solid-js";
import { canAdminister, useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { notify } from "../../ui/notices.tsx";
import { explain } from "../words.ts";

/** In place of the composer, where nothing more is written. */
export function ArchivedLine(props: { readonly room: Room }) {
  const client = useClient();
  const [busy, setBusy] = createSignal(false);
  const useAgain = async () => {
    setBusy(true);
    try {
      await client.editRoom(props.room.id, { archived: false });
    } catch (error) {
      notify(explain(error));
    }
    setBusy(false);
  };
  return (
    <div class="archived-line">
      <p>This room is archived. You can still read and search it.</p>
      <Show when={canAdminister(client.me(), props.room)}>
        <Button busy={busy()} onClick={() => void useAgain()}>
          Use it again
        </Button>
      </Show>
    </div>
  );
}
