import type { NotifyLevel, Room } from "@parley/protocol/model";
import { useClient } from "../../state/client.ts";
import { ActionList } from "../../ui/ActionList.tsx";
import { Flyout } from "../../ui/Flyout.tsx";
import { notify } from "../../ui/notices.tsx";
import { explain } from "../words.ts";
import { notifyLevels } from "./notify-levels.ts";

/** How loudly a room may call. */
export function NotifyMenu(props: { readonly room: Room; readonly beside: HTMLElement; readonly onClose: () => void }) {
  const client = useClient();
  const choose = async (level: NotifyLevel) => {
    try {
      await client.setNotifyLevel(props.room.id, level);
    } catch (error) {
      notify(explain(error));
    }
  };
  return (
    <Flyout beside={props.beside} label="Notify me about" onClose={() => props.onClose()}>
      <ActionList
        onClose={() => props.onClose()}
        actions={notifyLevels.map(({ value, ...level }) => ({
          ...level,
          chosen: props.room.membership?.notifyLevel === value,
          run: () => void choose(value),
        }))}
      />
    </Flyout>
  );
}
