import type { Room } from "@parley/protocol/model";
import { createEffect, Show } from "solid-js";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { isNarrow } from "../../ui/media.ts";
import { goUp, navigate } from "../../ui/router/router.ts";
import { detailsPath, homePath, roomPath } from "../../ui/router/routes.ts";
import { RoomIcon } from "./RoomIcon.tsx";

export const countMembers = (count: number) => (count === 1 ? "1 member" : `${count.toLocaleString()} members`);

/** The top of a room: what it is, and the way to its details. */
export function RoomHeader(props: { readonly room: Room; readonly detailsOpen: boolean }) {
  const toggle = () => (props.detailsOpen ? goUp(roomPath(props.room.slug)) : navigate(detailsPath(props.room.slug)));
  let details: HTMLButtonElement | undefined;
  // What had the focus went with the details: it returns to the button that opens them.
  createEffect((wasOpen) => {
    const isOpen = props.detailsOpen;
    if (wasOpen && !isOpen) {
      queueMicrotask(() => {
        if (document.activeElement === document.body) details?.focus();
      });
    }
    return isOpen;
  }, props.detailsOpen);
  return (
    <header class="room-head">
      <Show when={isNarrow()}>
        <IconButton icon="back" label="Back to rooms" onClick={() => goUp(homePath)} />
      </Show>
      <div class="room-title">
        <RoomIcon kind={props.room.kind} />
        <h1 dir="auto">{props.room.name}</h1>
        <Show when={props.room.kind === "private"}>
          <span class="sr-only">Private room</span>
        </Show>
        <small>{countMembers(props.room.memberCount)}</small>
      </div>
      <p class="room-description" dir="auto" title={props.room.description}>
        {props.room.description}
      </p>
      <button type="button" class="room-count" aria-label={countMembers(props.room.memberCount)} onClick={toggle}>
        <Icon name="users" />
        {props.room.memberCount.toLocaleString()}
      </button>
      <IconButton
        icon="info"
        label="Room details"
        expanded={props.detailsOpen}
        onClick={toggle}
        ref={(element) => {
          details = element;
        }}
      />
    </header>
  );
}
