import type { NotifyLevel, Room } from "@parley/protocol/model";
import { createSignal, Show } from "solid-js";
import { IconButton } from "../../ui/IconButton.tsx";
import { dialogPart } from "../../ui/part.tsx";
import { notifyLevels } from "./notify-levels.ts";

export const NotifyMenu = dialogPart(async () => (await import("./NotifyMenu.tsx")).NotifyMenu);

/** Shows how loudly a room calls this reader; one press away is how else it could. */
export function NotifyBell(props: { readonly room: Room; readonly level: NotifyLevel }) {
  const [beside, setBeside] = createSignal<HTMLElement>();
  const level = () => notifyLevels.find(({ value }) => value === props.level);
  return (
    <>
      <IconButton
        icon={level()?.icon ?? "bell"}
        label={`Notify me about: ${level()?.label}`}
        expanded={beside() !== undefined}
        onClick={({ currentTarget }) => setBeside(beside() ? undefined : currentTarget)}
      />
      <Show when={beside()} keyed>
        {(button) => <NotifyMenu room={props.room} beside={button} onClose={() => setBeside(undefined)} />}
      </Show>
    </>
  );
}
