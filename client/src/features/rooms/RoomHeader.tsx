import type { Room } from "@parley/protocol/model";
import { createEffect, Show } from "solid-js";
import { BackToRooms } from "../../ui/BackToRooms.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { goUp, navigate } from "../../ui/router/router.ts";
import { detailsPath, roomPath, searchPath } from "../../ui/router/routes.ts";
import { DirectMark } from "./DirectMark.tsx";
import { NotifyBell } from "./NotifyBell.tsx";
import { RoomIcon } from "./RoomIcon.tsx";

export const countMembers = (count: number) => (count === 1 ? "1 member" : `${count.toLocaleString()} members`);

const countPeople = ({ kind, memberCount }: Room) => {
  if (kind !== "direct") return countMembers(memberCount);
  return memberCount === 1 ? "Only you" : `${memberCount} people`;
};

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
    <header class="page-head">
      <BackToRooms />
      <div class="page-title">
        <Show when={props.room.kind === "direct"} fallback={<RoomIcon kind={props.room.kind} />}>
          <DirectMark room={props.room} />
        </Show>
        <h1 dir="auto">{props.room.name}</h1>
        <Show when={props.room.kind === "private"}>
          <span class="sr-only">Private room</span>
        </Show>
        <small>{countPeople(props.room)}</small>
      </div>
      <p class="room-description" dir="auto" title={props.room.description}>
        {props.room.description}
      </p>
      <button
        type="button"
        class="room-count"
        aria-label={props.room.memberCount === 1 ? "1 member" : countPeople(props.room)}
        onClick={toggle}
      >
        <Icon name="users" />
        {props.room.memberCount.toLocaleString()}
      </button>
      <Show when={props.room.membership}>
        {(place) => <NotifyBell room={props.room} level={place().notifyLevel} />}
      </Show>
      <IconButton
        icon="search"
        label="Search in this room"
        onClick={() => navigate(searchPath(`in:${props.room.slug} `))}
      />
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
