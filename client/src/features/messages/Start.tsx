import type { Room, RoomKind } from "@parley/protocol/model";
import { For, Match, Show, Switch } from "solid-js";
import type { Timeline } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon, type IconName } from "../../ui/Icon.tsx";
import { Late } from "../../ui/Late.tsx";

const icons: Readonly<Record<RoomKind, IconName>> = { public: "hash", private: "lock", direct: "users" };

const empty = ({ archivedAt }: Room): string =>
  archivedAt ? "Nothing was said here." : "Nothing has been said here yet. Write the first message below.";

const beginning = ({ kind, memberCount }: Room): string => {
  if (kind !== "direct") return "This is where the room begins.";
  return memberCount === 1 ? "Notes to yourself. Nobody else sees them." : "This is where your conversation begins.";
};

/** What stands above the oldest message that is here. */
export function Start(props: {
  readonly room: Room;
  readonly timeline: Timeline;
  /** The height of the space for older messages. */
  readonly reserve: number;
  /** The last older page could not be loaded. */
  readonly failed: boolean;
  readonly onRetry: () => void;
}) {
  return (
    <Switch>
      <Match when={props.timeline.state() === "failed"}>
        <div class="history-start" role="alert">
          <h2>The messages could not be loaded</h2>
          <p>Your connection may be down. What you write is kept.</p>
          <Button onClick={() => props.timeline.reload()}>Try again</Button>
        </div>
      </Match>
      <Match when={props.timeline.hasOlder()}>
        <div class="history-older" style={{ height: `${props.reserve}px` }}>
          <Show when={props.failed}>
            <div class="history-failed" role="alert">
              <p>Older messages could not be loaded.</p>
              <Button onClick={() => props.onRetry()}>Try again</Button>
            </div>
          </Show>
          <Show when={!props.failed && props.timeline.loadingOlder()}>
            <Late>
              <div class="history-bones bones" role="status" aria-label="Loading older messages" />
            </Late>
          </Show>
        </div>
      </Match>
      <Match when={true}>
        <div class="history-start">
          <span class="history-start-mark">
            <Icon name={icons[props.room.kind]} />
          </span>
          <h2 dir="auto">{props.room.name}</h2>
          <Show when={props.room.description}>
            <p dir="auto">{props.room.description}</p>
          </Show>
          <p>{props.timeline.entries().length === 0 ? empty(props.room) : beginning(props.room)}</p>
        </div>
      </Match>
    </Switch>
  );
}

/** Where messages will stand. */
export function Bones(props: { readonly lines: number; readonly label: string }) {
  const lines = () => Array.from({ length: props.lines }, (_, index) => index);
  return (
    <div class="message-bones bones" role="status" aria-label={props.label}>
      <For each={lines()}>
        {(line) => (
          <div class="message-bone" data-width={line % 4}>
            <span class="bone" />
            <span class="bone" />
            <span class="bone" />
          </div>
        )}
      </For>
    </div>
  );
}
