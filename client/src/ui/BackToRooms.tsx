import { Show } from "solid-js";
import { IconButton } from "./IconButton.tsx";
import { isNarrow } from "./media.ts";
import { goUp } from "./router/router.ts";
import { homePath } from "./router/routes.ts";

/** The way back, where the rooms are not beside what is shown. */
export function BackToRooms() {
  return (
    <Show when={isNarrow()}>
      <IconButton icon="back" label="Back to rooms" onClick={() => goUp(homePath)} />
    </Show>
  );
}
