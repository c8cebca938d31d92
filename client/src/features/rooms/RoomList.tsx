import { limits } from "@parley/protocol/limits";
import type { Room } from "@parley/protocol/model";
import { callsOf, isUnread } from "@parley/sdk/places";
import { createMemo, For, type JSX, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import type { Attention } from "../../ui/attention.ts";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Late } from "../../ui/Late.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { browsePath, peoplePath, type Route, roomPath, searchPath, unreadPath } from "../../ui/router/routes.ts";
import { DirectMark } from "./DirectMark.tsx";
import { hideRoom } from "./hide-room.ts";
import { RoomIcon } from "./RoomIcon.tsx";
import type { RoomOrder } from "./room-order.ts";

/** The sidebar: the workspace, its rooms, and below them whoever is signed in. */
export function RoomList(props: {
  readonly current: Room | undefined;
  readonly order: RoomOrder;
  readonly attention: Attention;
  readonly screen: Route["screen"];
  readonly onCreate: () => void;
  readonly below: JSX.Element;
}) {
  const client = useClient();
  const archived = createMemo(() => client.archivedRooms().filter(({ membership }) => membership));
  return (
    <>
      <div class="side-head">
        <Mark name={client.workspace().name} picture={client.workspace().picture} />
        <h1 dir="auto">{client.workspace().name}</h1>
        <IconButton icon="plus" label="Create a room" onClick={() => props.onCreate()} />
      </div>
      <nav class="side-nav" aria-label="Rooms" ref={(element) => props.attention.watch(element)}>
        <a
          class="side-row"
          href={searchPath("")}
          aria-keyshortcuts="Control+Shift+F Meta+Shift+F /"
          aria-current={props.screen === "search" ? "page" : undefined}
        >
          <Icon name="search" />
          <span class="side-name">Search</span>
        </a>
        <a class="side-row" href={unreadPath} aria-current={props.screen === "unread" ? "page" : undefined}>
          <Icon name="unread" />
          <span class="side-name">Unread</span>
          <Show when={client.unreadTotals().rooms}>
            {(rooms) => (
              <span class="side-rooms">
                {rooms()}
                <span class="sr-only">{rooms() === 1 ? " room" : " rooms"}</span>
              </span>
            )}
          </Show>
        </a>
        <a class="side-row" href={browsePath} aria-current={props.screen === "browse" ? "page" : undefined}>
          <Icon name="compass" />
          <span class="side-name">Browse rooms</span>
        </a>
        <a class="side-row" href={peoplePath} aria-current={props.screen === "people" ? "page" : undefined}>
          <Icon name="users" />
          <span class="side-name">People</span>
        </a>
        <h2 class="side-heading">Rooms</h2>
        <Show
          when={client.roomsReady()}
          fallback={
            <Late>
              <div class="side-bones bones" role="status" aria-label="Loading rooms">
                <span class="bone" />
                <span class="bone" />
                <span class="bone" />
                <span class="bone" />
              </div>
            </Late>
          }
        >
          <ul>
            <For
              each={props.order.rooms()}
              fallback={<li class="side-empty">You are in no room yet. Browse the rooms or create one.</li>}
            >
              {(room) => (
                <Row room={room} current={props.current}>
                  <RoomIcon kind={room.kind} />
                </Row>
              )}
            </For>
          </ul>
          <div class="side-heading">
            <h2>Direct</h2>
            <a class="icon-button" href={peoplePath} aria-label="New message" title="New message">
              <Icon name="pencil" />
            </a>
          </div>
          <ul>
            <For each={props.order.direct()} fallback={<li class="side-empty">Write to one person or a few.</li>}>
              {(room) => (
                <Row
                  room={room}
                  current={props.current}
                  onHide={() => void hideRoom(client, room, props.current?.id === room.id)}
                >
                  <DirectMark room={room} />
                </Row>
              )}
            </For>
          </ul>
          <Show when={archived().length > 0}>
            <details class="side-archived" open={props.current?.archivedAt !== undefined}>
              <summary>Archived</summary>
              <ul>
                <For each={archived()}>
                  {(room) => (
                    <Row room={room} current={props.current}>
                      <RoomIcon kind={room.kind} />
                    </Row>
                  )}
                </For>
              </ul>
            </details>
          </Show>
        </Show>
      </nav>
      {props.below}
    </>
  );
}

function Row(props: {
  readonly room: Room;
  readonly current: Room | undefined;
  readonly onHide?: () => void;
  readonly children: JSX.Element;
}) {
  return (
    <li class="side-item">
      <a
        class="side-row"
        href={roomPath(props.room.slug)}
        aria-current={props.current?.id === props.room.id ? "page" : undefined}
        data-unread={isUnread(props.room) ? "" : undefined}
        data-silent={props.room.membership?.notifyLevel === "none" ? "" : undefined}
      >
        {props.children}
        <span class="side-name" dir="auto">
          {props.room.name}
        </span>
        <Show when={props.room.kind === "private"}>
          <span class="sr-only">, private</span>
        </Show>
        <Show when={isUnread(props.room)}>
          <span class="sr-only">, unread</span>
        </Show>
        <Show when={callsOf(props.room)}>
          {(calls) => (
            <span class="side-calls">
              <span aria-hidden="true">{calls() >= limits.unreadCount ? "99+" : calls()}</span>
              <span class="sr-only">{calls() === 1 ? ", 1 calls you" : `, ${calls()} call you`}</span>
            </span>
          )}
        </Show>
      </a>
      <Show when={props.onHide && !isUnread(props.room)}>
        {/* Only while the mouse is over the row: the room's details do the same for everyone. */}
        <IconButton icon="x" label={`Hide ${props.room.name}`} class="side-hide" onClick={() => props.onHide?.()} />
      </Show>
    </li>
  );
}
