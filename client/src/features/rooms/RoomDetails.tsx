import type { Room, RoomKind } from "@parley/protocol/model";
import { createSignal, type JSX, Show } from "solid-js";
import { canAdminister, useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { isNarrow } from "../../ui/media.ts";
import { goUp } from "../../ui/router/router.ts";
import { roomPath } from "../../ui/router/routes.ts";
import { formatDate } from "../../ui/time.ts";
import { EditRoom } from "./EditRoom.tsx";
import { hideRoom } from "./hide-room.ts";
import { ArchiveRoom, DeleteRoom, LeaveRoom } from "./LeaveRoom.tsx";
import { NotifyLevels } from "./NotifyLevels.tsx";
import { RoomIcon } from "./RoomIcon.tsx";
import { RoomInvites } from "./RoomInvites.tsx";
import "./details.css";

const kindWords: Readonly<Record<RoomKind, string>> = {
  public: "Public in this workspace",
  private: "Private, by invite",
  direct: "Direct, for its people alone",
};

/** The panel beside a room: what it is, who is in it, and what this reader may change. */
export function RoomDetails(props: { readonly room: Room; readonly members: JSX.Element }) {
  const client = useClient();
  const [editing, setEditing] = createSignal(false);
  const [asked, setAsked] = createSignal<"leave" | "archive" | "delete">();
  let about: HTMLElement | undefined;
  const stopEditing = () => {
    setEditing(false);
    queueMicrotask(() => about?.querySelector("button")?.focus());
  };
  const admin = () => canAdminister(client.me(), props.room);
  const close = () => goUp(roomPath(props.room.slug));
  const closeOnEscape = (event: KeyboardEvent) => {
    const inDialog = event.target instanceof Element && event.target.closest("dialog, [popover]") !== null;
    if (event.key !== "Escape" || event.defaultPrevented || editing() || inDialog) return;
    event.preventDefault();
    close();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc closes the panel from wherever the focus is in it.
    <div class="details" onKeyDown={closeOnEscape}>
      <div class="panel-head">
        <Show when={isNarrow()}>
          <IconButton icon="back" label="Back to the room" onClick={close} />
        </Show>
        <h2 aria-level={isNarrow() ? 1 : undefined}>
          Room details
          <small dir="auto">{props.room.name}</small>
        </h2>
        <Show when={!isNarrow()}>
          <IconButton icon="x" label="Close" onClick={close} />
        </Show>
      </div>
      <div class="details-body">
        <section
          class="details-part"
          aria-label="About"
          ref={(element) => {
            about = element;
          }}
        >
          <Show when={!editing()} fallback={<EditRoom room={props.room} onClose={stopEditing} />}>
            <div class="details-about">
              <p class="details-name">
                <RoomIcon kind={props.room.kind} />
                <b dir="auto">{props.room.name}</b>
              </p>
              <Show when={props.room.kind !== "direct"}>
                <p class="details-description" dir="auto">
                  {props.room.description || "No description yet."}
                </p>
              </Show>
              <dl class="details-facts">
                <div>
                  <dt>Kind</dt>
                  <dd>{kindWords[props.room.kind]}</dd>
                </div>
                <div>
                  <dt>Address</dt>
                  <dd>/rooms/{props.room.slug}</dd>
                </div>
                <div>
                  <dt>Created</dt>
                  <dd>{formatDate(props.room.createdAt)}</dd>
                </div>
                <Show when={props.room.archivedAt}>
                  {(at) => (
                    <div>
                      <dt>Archived</dt>
                      <dd>{formatDate(at())}</dd>
                    </div>
                  )}
                </Show>
              </dl>
              <Show when={admin()}>
                <Button onClick={() => setEditing(true)}>Edit details</Button>
              </Show>
            </div>
          </Show>
        </section>
        <NotifyLevels room={props.room} />
        <Show when={admin() && !props.room.archivedAt}>
          <RoomInvites room={props.room} />
        </Show>
        <Show when={props.room.kind === "direct"}>
          <section class="details-part" aria-label="Hiding">
            <Button onClick={() => void hideRoom(client, props.room, true)}>Hide conversation</Button>
            <p class="details-note">It comes back with the next message, or when you open it again.</p>
          </section>
        </Show>
        <section class="details-part details-end" aria-label="Leaving">
          <Show when={props.room.membership && props.room.kind !== "direct"}>
            <Button kind="danger-quiet" onClick={() => setAsked("leave")}>
              Leave room
            </Button>
          </Show>
          <Show when={admin()}>
            <Show when={!props.room.archivedAt}>
              <Button kind="danger-quiet" onClick={() => setAsked("archive")}>
                Archive room
              </Button>
            </Show>
            <Button kind="danger-quiet" onClick={() => setAsked("delete")}>
              Delete room
            </Button>
          </Show>
        </section>
        {/* Last, since it may be endless. */}
        {props.members}
      </div>
      <Show when={asked() === "leave"}>
        <LeaveRoom room={props.room} onClose={() => setAsked(undefined)} />
      </Show>
      <Show when={asked() === "archive"}>
        <ArchiveRoom room={props.room} onClose={() => setAsked(undefined)} />
      </Show>
      <Show when={asked() === "delete"}>
        <DeleteRoom room={props.room} onClose={() => setAsked(undefined)} />
      </Show>
    </div>
  );
}
