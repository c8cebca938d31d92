import type { Room } from "@parley/protocol/model";
import { createEffect, Show } from "solid-js";
import { Composer, type ComposerControls } from "../features/composer/Composer.tsx";
import { peopleCompletion } from "../features/composer/people-completion.ts";
import { Typing } from "../features/composer/Typing.tsx";
import { createEditing, lastEditable } from "../features/messages/editing.ts";
import { type ListControls, MessageList } from "../features/messages/MessageList.tsx";
import { ArchivedLine } from "../features/rooms/ArchivedLine.tsx";
import { RoomHeader } from "../features/rooms/RoomHeader.tsx";
import { ConnectionLine } from "../features/status/ConnectionLine.tsx";
import { useClient } from "../state/client.ts";
import { createFileDrop } from "../ui/file-drop.ts";
import { isTouch } from "../ui/media.ts";

/** A room that the reader is in. Mounted anew for each. */
export function RoomScreen(props: {
  readonly room: Room;
  readonly detailsOpen: boolean;
  readonly calledId: number | null;
}) {
  const client = useClient();
  const timeline = client.timeline(props.room.id);
  const editing = createEditing();
  const completions = [peopleCompletion(client, props.room.id)];
  let list: ListControls | undefined;
  let composer: ComposerControls | undefined;

  const filesOver = createFileDrop((files) => !props.room.archivedAt && composer?.attach(files));

  createEffect((wasEditing) => {
    const isEditing = editing.entry() !== null;
    if (wasEditing && !isEditing && !isTouch()) composer?.focus();
    return isEditing;
  }, false);

  return (
    <>
      <Show when={filesOver() && !props.room.archivedAt}>
        <p class="drop-veil">Drop files to attach them</p>
      </Show>
      <RoomHeader room={props.room} detailsOpen={props.detailsOpen} />
      <MessageList
        room={props.room}
        timeline={timeline}
        editing={editing}
        calledId={props.calledId}
        onLeave={() => composer?.focus()}
        controls={(controls) => {
          list = controls;
        }}
      />
      <Show when={!props.room.archivedAt} fallback={<ArchivedLine room={props.room} />}>
        <Composer
          room={props.room}
          completions={completions}
          above={<ConnectionLine otherwise={<Typing room={props.room.id} />} />}
          onSent={() => list?.toEnd()}
          onEditLast={() => {
            const entry = lastEditable(client, timeline.entries());
            if (!entry || timeline.hasNewer()) return;
            list?.reveal(entry);
            editing.start(entry);
          }}
          controls={(controls) => {
            composer = controls;
          }}
        />
      </Show>
    </>
  );
}
