import type { Room } from "@parley/protocol/model";
import { For, type JSX, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Late } from "../../ui/Late.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { browsePath, roomPath } from "../../ui/router/routes.ts";
import { RoomIcon } from "./RoomIcon.tsx";

/** The sidebar: the workspace, its rooms, and below them whoever is signed in. */
export function RoomList(props: {
  readonly current: Room | undefined;
  readonly browsing: boolean;
  readonly onCreate: () => void;
  readonly below: JSX.Element;
}) {
  const client = useClient();
  return (
    <>
      <div class="side-head">
        <Mark name={client.workspace().name} />
        <h1 dir="auto">{client.workspace().name}</h1>
        <IconButton icon="plus" label="Create a room" onClick={() => props.onCreate()} />
      </div>
      <nav class="side-nav" aria-label="Rooms">
        <a class="side-row" href={browsePath} aria-current={props.browsing ? "page" : undefined}>
          <Icon name="compass" />
          <span class="side-name">Browse rooms</span>
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
              each={client.rooms()}
              fallback={<li class="side-empty">You are in no room yet. Browse the rooms or create one.</li>}
            >
              {(room) => (
                <li>
                  <a
                    class="side-row"
                    href={roomPath(room.slug)}
                    aria-current={props.current?.id === room.id ? "page" : undefined}
                  >
                    <RoomIcon kind={room.kind} />
                    <span class="side-name" dir="auto">
                      {room.name}
                    </span>
                    <Show when={room.kind === "private"}>
                      <span class="sr-only">, private</span>
                    </Show>
                  </a>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </nav>
      {props.below}
    </>
  );
}
