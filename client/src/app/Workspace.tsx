import type { Room } from "@parley/protocol/model";
import { createEffect, createMemo, createSignal, type JSX, Match, onCleanup, Show, Switch } from "solid-js";
import { Bones } from "../features/messages/Start.tsx";
import { NotifyMenu } from "../features/rooms/NotifyBell.tsx";
import { RoomList } from "../features/rooms/RoomList.tsx";
import { createRoomOrder } from "../features/rooms/room-order.ts";
import { Me } from "../features/settings/Me.tsx";
import { ConnectionLine } from "../features/status/ConnectionLine.tsx";
import { UnsentLine } from "../features/unsent/UnsentLine.tsx";
import { type Client, useClient } from "../state/client.ts";
import { createAttention } from "../ui/attention.ts";
import { Frame } from "../ui/Frame.tsx";
import { IconButton } from "../ui/IconButton.tsx";
import { whenIdle } from "../ui/idle.ts";
import { Late } from "../ui/Late.tsx";
import { isNarrow } from "../ui/media.ts";
import { Aside } from "../ui/Page.tsx";
import { listenForPeople } from "../ui/PersonButton.tsx";
import { dialogPart, type Part, part } from "../ui/part.tsx";
import { goUp, navigate, place } from "../ui/router/router.ts";
import { homePath, parseMessageHash, type Route, roomPath } from "../ui/router/routes.ts";
import { findHomeRoom, rememberRoom } from "./last-room.ts";
import { Missing } from "./Missing.tsx";
import { RoomScreen } from "./RoomScreen.tsx";
import { listenForRoomKeys } from "./room-keys.ts";
import { listenForSearchKey } from "./search-key.ts";

const Admin = screen(async () => (await import("../features/admin/Admin.tsx")).Admin);
const BrowseRooms = screen(async () => (await import("../features/rooms/BrowseRooms.tsx")).BrowseRooms);
const CreateRoom = dialogPart(async () => (await import("../features/rooms/CreateRoom.tsx")).CreateRoom);
const MemberList = part(async () => (await import("../features/members/MemberList.tsx")).MemberList);
const People = screen(async () => (await import("../features/people/People.tsx")).People);
const ProfileCard = dialogPart(async () => (await import("../features/profile/ProfileCard.tsx")).ProfileCard);
const RoomDetails = part(
  async () => (await import("../features/rooms/RoomDetails.tsx")).RoomDetails,
  (sorry, { room }) => (
    <>
      <div class="panel-head">
        <h2 aria-level={isNarrow() ? 1 : undefined}>Room details</h2>
        <IconButton icon="x" label="Close" onClick={() => goUp(roomPath(room.slug))} />
      </div>
      {sorry}
    </>
  ),
);
const RoomPreview = screen(async () => (await import("../features/rooms/RoomPreview.tsx")).RoomPreview);
const Search = screen(async () => (await import("../features/search/Search.tsx")).Search);
const Settings = dialogPart(async () => (await import("../features/settings/Settings.tsx")).Settings);
const Unread = screen(async () => (await import("../features/unread/Unread.tsx")).Unread);
const Unsent = dialogPart(async () => (await import("../features/unsent/Unsent.tsx")).Unsent);
const WorkspaceSettings = part(
  async () => (await import("../features/settings/WorkspaceSettings.tsx")).WorkspaceSettings,
);

/** A part that fills the main column, and from which a way must lead. */
function screen<P extends object>(load: () => Promise<(props: P) => JSX.Element>): Part<P> {
  return part(load, (sorry) => (
    <Aside>
      <div>
        <h1 class="sr-only">Sorry</h1>
        {sorry}
        <p class="missing-links">
          <a class="button" data-kind="quiet" href={homePath}>
            Your rooms
          </a>
        </p>
      </div>
    </Aside>
  ));
}

/** Everything a signed-in reader sees. */
export function Workspace(props: { readonly route: Route }) {
  const client = useClient();
  const [dialog, setDialog] = createSignal<"settings" | "create" | "unsent">();
  const [person, setPerson] = createSignal<{ readonly id: string; readonly beside: HTMLElement }>();
  const slug = () => (props.route.screen === "room" ? props.route.slug : undefined);
  const room = createRouteRoom(slug);
  const roomIn = () => (room()?.membership ? room() : undefined);
  const attention = createAttention();
  const order = createRoomOrder(client, room, attention);
  const detailsOpen = () => props.route.screen === "room" && props.route.details && roomIn() !== undefined;

  createEffect(() => {
    if (props.route.screen !== "home" || isNarrow() || !client.roomsReady()) return;
    const home = findHomeRoom(client);
    if (home) navigate(roomPath(home.slug), { replace: true });
  });
  createEffect(() => {
    const current = roomIn();
    if (current) rememberRoom(current);
  });
  createEffect(() => {
    const part = titles[props.route.screen] ?? room()?.name;
    const { calls } = client.unreadTotals();
    const title = part ? `${part} · ${client.workspace().name}` : client.workspace().name;
    document.title = calls > 0 ? `(${calls}) ${title}` : title;
  });
  // Whoever goes elsewhere is done with what was open.
  createEffect(() => {
    place();
    setDialog(undefined);
    setPerson(undefined);
  });
  onCleanup(listenForPeople((id, beside) => setPerson({ id, beside })));
  onCleanup(listenForRoomKeys(order, () => room()?.id, attention.note));
  onCleanup(listenForSearchKey());
  onCleanup(alertWhenReady(client, () => room()?.id));
  preloadWhenIdle();

  return (
    <>
      <Frame
        front={props.route.screen === "home" ? "sidebar" : detailsOpen() ? "panel" : "main"}
        sidebar={
          <RoomList
            current={room()}
            order={order}
            attention={attention}
            screen={props.route.screen}
            onCreate={() => setDialog("create")}
            below={
              <>
                <Show when={!roomIn() || (isNarrow() && props.route.screen === "home")}>
                  <ConnectionLine />
                </Show>
                <UnsentLine onOpen={() => setDialog("unsent")} />
                <Me onSettings={() => setDialog("settings")} />
              </>
            }
          />
        }
        main={
          <Switch fallback={<Missing />}>
            <Match when={props.route.screen === "home"}>
              <Show when={client.roomsReady() && !findHomeRoom(client)}>
                <Missing title="You are in no room yet" text="Browse the rooms or create one." />
              </Show>
            </Match>
            <Match when={props.route.screen === "browse"}>
              <BrowseRooms onCreate={() => setDialog("create")} />
            </Match>
            <Match when={props.route.screen === "unread"}>
              <Unread />
            </Match>
            <Match when={props.route.screen === "search"}>
              <Search query={place().search.get("q") ?? ""} />
            </Match>
            <Match when={client.me().role !== "member" && props.route.screen === "admin" && props.route.section}>
              {(section) => <Admin section={section()} settings={<WorkspaceSettings />} />}
            </Match>
            <Match when={props.route.screen === "people"}>
              <People />
            </Match>
            <Match when={roomIn()?.id} keyed>
              {(_id) => (
                <Show when={roomIn()}>
                  {(current) => (
                    <RoomScreen
                      room={current()}
                      detailsOpen={detailsOpen()}
                      calledId={parseMessageHash(place().hash)}
                    />
                  )}
                </Show>
              )}
            </Match>
            <Match when={room()}>{(current) => <RoomPreview room={current()} />}</Match>
            <Match when={client.removedFrom(slug() ?? "")}>
              {(removed) => (
                <Missing
                  title={`You were removed from ${removed().name}`}
                  text="Someone who looks after the room took you out of it. To come back, ask them for a new invite."
                />
              )}
            </Match>
            <Match when={props.route.screen === "room" && !client.roomsReady()}>
              <Late>
                <div class="timeline-bones">
                  <Bones lines={7} label="Loading the room" />
                </div>
              </Late>
            </Match>
          </Switch>
        }
        panelOpen={detailsOpen()}
        panelLabel="Room details"
        panel={
          <Show when={roomIn()?.id} keyed>
            {(_id) => (
              <Show when={roomIn()}>
                {(current) => <RoomDetails room={current()} members={<MemberList room={current()} />} />}
              </Show>
            )}
          </Show>
        }
      />
      <Show when={dialog() === "settings"}>
        <Settings onClose={() => setDialog(undefined)} />
      </Show>
      <Show when={person()} keyed>
        {(opened) => (
          <ProfileCard
            id={opened.id}
            beside={opened.beside}
            // The one before may tell of its end when this one is there already.
            onClose={() => setPerson((now) => (now === opened ? undefined : now))}
            onEdit={() => setDialog("settings")}
          />
        )}
      </Show>
      <Show when={dialog() === "unsent"}>
        <Unsent onClose={() => setDialog(undefined)} />
      </Show>
      <Show when={dialog() === "create"}>
        <CreateRoom onClose={() => setDialog(undefined)} />
      </Show>
    </>
  );
}

const titles: Partial<Record<Route["screen"], string>> = {
  unread: "Unread",
  browse: "Browse rooms",
  people: "People",
  admin: "Admin area",
  search: "Search",
};

/** The room that the address names. When its slug changes while it is shown, the address follows. */
function createRouteRoom(slug: () => string | undefined): () => Room | undefined {
  const client = useClient();
  let shown: { readonly slug: string; readonly id: string } | undefined;
  const room = createMemo(() => {
    const current = slug();
    return current === undefined ? undefined : client.findRoom(current);
  });
  createEffect(() => {
    const current = slug();
    const found = room();
    const moved = !found && shown && shown.slug === current ? client.findRoom(shown.id) : found;
    if (current === undefined || !moved) return;
    shown = { slug: current, id: moved.id };
    if (moved.slug !== current) {
      navigate(location.pathname.replace(/^\/rooms\/[^/]+/, roomPath(moved.slug)) + location.hash, { replace: true });
    }
  });
  return room;
}

/** Telling of messages is loaded after what they are read with. Answers how to stop. */
function alertWhenReady(client: Client, currentRoom: () => string | undefined): () => void {
  let stop: (() => void) | null = null;
  let stopped = false;
  void import("./alerts.ts").then(({ startAlerts }) => {
    if (!stopped) stop = startAlerts(client, currentRoom);
  });
  return () => {
    stopped = true;
    stop?.();
  };
}

/** What is not needed to read is fetched after it, so that it opens at once. */
function preloadWhenIdle(): void {
  whenIdle(() => {
    for (const lazy of [
      RoomDetails,
      MemberList,
      ProfileCard,
      CreateRoom,
      Settings,
      BrowseRooms,
      RoomPreview,
      People,
      Search,
      Unread,
      Unsent,
      NotifyMenu,
    ]) {
      lazy.preload();
    }
  });
}
