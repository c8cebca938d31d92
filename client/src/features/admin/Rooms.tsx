import { limits } from "@parley/protocol/limits";
import type { RoomRecord } from "@parley/protocol/model";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { Icon } from "../../ui/Icon.tsx";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { createPages } from "../../ui/pages.ts";
import { createPaused } from "../../ui/paused.ts";
import { SearchBox } from "../../ui/SearchBox.tsx";
import { formatAgo } from "../../ui/time.ts";
import { explain, explainAt } from "../words.ts";
import { Confirm } from "./Confirm.tsx";

/** Every room by its name and numbers. What is said in private rooms stays there. */
export function Rooms(props: { readonly admin: Admin }) {
  const [text, setText] = createSignal("");
  const query = createPaused(() => text().trim());
  const [deleting, setDeleting] = createSignal<RoomRecord>();
  const [handing, setHanding] = createSignal<RoomRecord>();
  const pages = createPages<RoomRecord>(async (cursor) => {
    const page = await props.admin.listRooms(query(), cursor);
    return { items: page.rooms, cursor: page.cursor };
  }, explain);
  createEffect(on(query, () => pages.reload(), { defer: true }));

  return (
    <>
      <div class="admin-tools">
        <SearchBox label="Find rooms by name" maxLength={limits.searchLength} value={text()} onInput={setText} />
      </div>
      <ul class="admin-list" aria-label="Rooms">
        <For each={pages.items()}>
          {(room) => (
            <li class="admin-row">
              <Icon name={room.kind === "public" ? "hash" : "lock"} />
              <span class="two-lines admin-words">
                <b dir="auto">{room.name}</b>
                <small dir="auto">{describe(room)}</small>
                <small dir="auto">{room.owner ? `Owned by ${room.owner.displayName}` : "Nobody owns it"}</small>
              </span>
              <span class="admin-acts">
                <Show when={!room.owner && room.memberCount > 0}>
                  <Button onClick={() => setHanding(room)}>
                    Hand over
                    <span class="sr-only"> {room.name}</span>
                  </Button>
                </Show>
                <Show when={!room.isDefault}>
                  <Button kind="danger-quiet" onClick={() => setDeleting(room)}>
                    Delete
                    <span class="sr-only"> {room.name}</span>
                  </Button>
                </Show>
              </span>
            </li>
          )}
        </For>
      </ul>
      <PageEnd pages={pages} empty="No room fits." />
      <Show when={deleting()}>
        {(room) => (
          <Confirm
            title={`Delete ${room().name}?`}
            act="Delete room"
            onClose={() => setDeleting(undefined)}
            send={async () => {
              const { id } = room();
              await props.admin.deleteRoom(id);
              pages.replace((each) => each.id === id, null);
            }}
          >
            All its messages are lost for everyone. This cannot be undone.
          </Confirm>
        )}
      </Show>
      <Show when={handing()}>
        {(room) => (
          <HandOver
            admin={props.admin}
            room={room()}
            onDone={() => pages.reload()}
            onClose={() => setHanding(undefined)}
          />
        )}
      </Show>
    </>
  );
}

function HandOver(props: {
  readonly admin: Admin;
  readonly room: RoomRecord;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const [username, setUsername] = createSignal("");
  const form = createForm({
    check: () => ({ username: username().trim() === "" ? "Enter the user name of a member." : undefined }),
    async send() {
      await props.admin.handOver(props.room.id, username().trim().replace(/^@/, ""));
      props.onDone();
      props.onClose();
    },
    explain: explainAt({ not_found: "username" }, ["username"], {
      not_found: "No member of this room has that user name.",
    }),
  });
  return (
    <Dialog title={`Hand over ${props.room.name}`} kind="small" onClose={() => props.onClose()}>
      <Fields form={form}>
        <Field
          label="User name of a member"
          bound={form.field("username", username, setUsername)}
          autocomplete="off"
          literal
          autofocus
        />
        <div class="buttons">
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button kind="primary" type="submit" busy={form.busy()}>
            Hand over
          </Button>
        </div>
      </Fields>
    </Dialog>
  );
}

function describe({ memberCount, messageCount, lastMessageAt }: RoomRecord): string {
  const members = memberCount === 1 ? "1 member" : `${memberCount.toLocaleString()} members`;
  const messages = messageCount === 1 ? "1 message" : `${messageCount.toLocaleString()} messages`;
  return `${members} · ${messages}${lastMessageAt ? ` · last ${formatAgo(lastMessageAt)}` : ""}`;
}
