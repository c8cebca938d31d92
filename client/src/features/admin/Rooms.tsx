import { limits } from "@parley/protocol/limits";
import type { RoomRecord } from "@parley/protocol/model";
import { createEffect, createSignal, Index, on, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { createPages } from "../../ui/pages.ts";
import { createPaused } from "../../ui/paused.ts";
import { SearchBox } from "../../ui/SearchBox.tsx";
import { formatAgo } from "../../ui/time.ts";
import { explain } from "../words.ts";
import { count } from "./count.ts";
import { ManageRoom } from "./ManageRoom.tsx";

/** Every room by its name and numbers. What is said in private rooms stays there. */
export function Rooms(props: { readonly admin: Admin }) {
  const [text, setText] = createSignal("");
  const query = createPaused(() => text().trim());
  const [managed, setManaged] = createSignal<string>();
  const pages = createPages<RoomRecord>(async (cursor) => {
    const page = await props.admin.listRooms(query(), cursor);
    return { items: page.rooms, cursor: page.cursor };
  }, explain);
  createEffect(on(query, () => pages.reload(), { defer: true }));
  const found = () => pages.items().find(({ id }) => id === managed());

  return (
    <>
      <div class="admin-tools">
        <SearchBox label="Find rooms by name" maxLength={limits.searchLength} value={text()} onInput={setText} />
      </div>
      <ul aria-label="Rooms">
        <Index each={pages.items()}>
          {(room) => (
            <li class="admin-row" data-off={room().archivedAt ? "" : undefined}>
              <Icon name={room().kind === "public" ? "hash" : "lock"} />
              <span class="two-lines admin-words">
                <b dir="auto">{room().name}</b>
                <small dir="auto">{describe(room())}</small>
                <small dir="auto">{describeOwner(room())}</small>
              </span>
              <Button onClick={() => setManaged(room().id)}>
                Manage<span class="sr-only"> {room().name}</span>
              </Button>
            </li>
          )}
        </Index>
      </ul>
      <PageEnd pages={pages} empty="No room fits." />
      <Show when={found()}>
        {(room) => (
          <ManageRoom
            admin={props.admin}
            room={room()}
            onChanged={(changed) => pages.replace(({ id }) => id === room().id, changed)}
            onClose={() => setManaged(undefined)}
          />
        )}
      </Show>
    </>
  );
}

const describeOwner = ({ owner }: RoomRecord): string => (owner ? `Owned by ${owner.displayName}` : "Nobody owns it");

function describe({ memberCount, messageCount, lastMessageAt, archivedAt }: RoomRecord): string {
  return [
    ...(archivedAt ? ["Archived"] : []),
    count(memberCount, "member"),
    count(messageCount, "message"),
    ...(lastMessageAt ? [`last ${formatAgo(lastMessageAt)}`] : []),
  ].join(" · ");
}
