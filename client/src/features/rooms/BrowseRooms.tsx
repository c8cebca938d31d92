import type { Room } from "@parley/protocol/model";
import { createMemo, createSignal, For, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { isNarrow } from "../../ui/media.ts";
import { notify } from "../../ui/notices.tsx";
import { Page } from "../../ui/Page.tsx";
import { navigate } from "../../ui/router/router.ts";
import { roomPath } from "../../ui/router/routes.ts";
import { SearchBox } from "../../ui/SearchBox.tsx";
import { explain } from "../words.ts";
import { countMembers } from "./RoomHeader.tsx";
import { RoomIcon } from "./RoomIcon.tsx";
import "./browse.css";

/** All rooms that the reader is in or could join. */
export function BrowseRooms(props: { readonly onCreate: () => void }) {
  const client = useClient();
  const [filter, setFilter] = createSignal("");
  const all = createMemo(() =>
    [...client.joinableRooms(), ...client.rooms()].sort((a, b) => a.name.localeCompare(b.name)),
  );
  const fits = createMemo(() => {
    const words = fold(filter()).split(/\s+/u).filter(Boolean);
    return (room: Room) => {
      const text = fold(`${room.name} ${room.slug} ${room.description}`);
      return words.every((word) => text.includes(word));
    };
  });
  const shown = createMemo(() => all().filter(fits()));
  const archived = createMemo(() => client.archivedRooms().filter(fits()));

  return (
    <Page
      icon="compass"
      title="Browse rooms"
      acts={
        <Show when={isNarrow()} fallback={<Button onClick={() => props.onCreate()}>Create a room</Button>}>
          <IconButton icon="plus" label="Create a room" onClick={() => props.onCreate()} />
        </Show>
      }
    >
      <div class="browse">
        <SearchBox
          label="Filter rooms"
          placeholder="Filter by name or description"
          autofocus={!isNarrow()}
          value={filter()}
          onInput={setFilter}
        />
        <p class="browse-count" role="status">
          {shown().length === 1 ? "1 room" : `${shown().length.toLocaleString()} rooms`}
        </p>
        <ul>
          <For each={shown()} fallback={<li class="browse-empty">{emptyWords(filter())}</li>}>
            {(room) => <Row room={room} />}
          </For>
        </ul>
        <Show when={archived().length > 0}>
          <details class="browse-archived">
            <summary>{archived().length === 1 ? "1 archived room" : `${archived().length} archived rooms`}</summary>
            <ul>
              <For each={archived()}>{(room) => <Row room={room} />}</For>
            </ul>
          </details>
        </Show>
      </div>
    </Page>
  );
}

function Row(props: { readonly room: Room }) {
  const client = useClient();
  const [busy, setBusy] = createSignal(false);
  const join = async () => {
    setBusy(true);
    try {
      const room = await client.joinRoom(props.room.id);
      navigate(roomPath(room.slug));
    } catch (error) {
      notify(explain(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <li class="browse-row">
      <a class="browse-link" href={roomPath(props.room.slug)}>
        <RoomIcon kind={props.room.kind} />
        <span class="two-lines browse-words">
          <b dir="auto">{props.room.name}</b>
          <small dir="auto">
            {countMembers(props.room.memberCount)}
            <Show when={props.room.description}>{` · ${props.room.description}`}</Show>
          </small>
        </span>
      </a>
      <Show
        when={!props.room.membership && !props.room.archivedAt}
        fallback={
          <Show when={props.room.membership}>
            <span class="browse-joined">
              <Icon name="check" />
              Joined
            </span>
          </Show>
        }
      >
        <Button busy={busy()} onClick={() => void join()}>
          Join
          <span class="sr-only"> {props.room.name}</span>
        </Button>
      </Show>
    </li>
  );
}

const fold = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const emptyWords = (filter: string) =>
  filter.trim() === "" ? "There are no rooms here yet. Create the first one." : "No room has these words.";
