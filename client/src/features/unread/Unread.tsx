import { parseContent } from "@parley/protocol/content";
import { limits } from "@parley/protocol/limits";
import type { Message, Room } from "@parley/protocol/model";
import { isCalled } from "@parley/sdk/places";
import { createMemo, createSignal, For, onCleanup, onMount, Show, untrack } from "solid-js";
import { type Timeline, useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Excerpt } from "../../ui/Excerpt.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Late } from "../../ui/Late.tsx";
import { isNarrow } from "../../ui/media.ts";
import { Page } from "../../ui/Page.tsx";
import { messagePath } from "../../ui/router/routes.ts";
import { listUnread } from "./order.ts";
import "./unread.css";

/** So many of a room's unread messages are shown. */
const shownMax = 3;

/** Everything that is unread, room by room. */
export function Unread() {
  const client = useClient();
  let list: HTMLUListElement | undefined;
  let title: HTMLElement | undefined;
  const rooms = createMemo(() => listUnread(client));

  /** The button that had the focus goes with its room: the next one gets it, or the title. */
  const markRead = (marked: readonly Room[]) => {
    const at = marked.length === 1 ? rooms().indexOf(marked[0] as Room) : 0;
    for (const room of marked) client.markRead(room.id);
    queueMicrotask(() => {
      const left = rooms().length;
      const next = left > 0 ? list?.querySelectorAll("button")[Math.min(at, left - 1)] : title;
      next?.focus();
    });
  };

  return (
    <Page
      icon="unread"
      title="Unread"
      titleRef={(element) => {
        title = element;
      }}
      acts={
        <Show when={rooms().length > 0}>
          <Show when={isNarrow()} fallback={<Button onClick={() => markRead(rooms())}>Mark all as read</Button>}>
            <IconButton icon="check" label="Mark all as read" onClick={() => markRead(rooms())} />
          </Show>
        </Show>
      }
    >
      <div class="unread">
        <p class="unread-count" role="status">
          <Show when={client.roomsReady() && rooms().length > 0}>
            {rooms().length === 1 ? "1 room" : `${rooms().length.toLocaleString()} rooms`}
          </Show>
        </p>
        <Show when={client.roomsReady()} fallback={<Late>Loading</Late>}>
          <Show
            when={rooms().length > 0}
            fallback={
              <div class="unread-empty">
                <Icon name="check" />
                <p>Nothing unread</p>
              </div>
            }
          >
            <ul
              ref={(element) => {
                list = element;
              }}
              aria-label="Rooms with unread messages"
            >
              <For each={rooms()}>{(room) => <UnreadRoom room={room} onRead={() => markRead([room])} />}</For>
            </ul>
          </Show>
        </Show>
      </div>
    </Page>
  );
}

/** One room. Its messages are loaded when it comes into sight. */
function UnreadRoom(props: { readonly room: Room; readonly onRead: () => void }) {
  const client = useClient();
  let element: HTMLLIElement | undefined;
  const [inSight, setInSight] = createSignal(false);
  const sight = new IntersectionObserver((entries) => setInSight(entries.at(-1)?.isIntersecting ?? false));
  onMount(() => element && sight.observe(element));
  onCleanup(() => sight.disconnect());
  const { id } = untrack(() => props.room);
  // The client keeps a few timelines: one that was let go meanwhile is opened again.
  const timeline = createMemo<Timeline | undefined>((before) => (inSight() ? client.timeline(id) : before));
  const receipt = () => props.room.membership?.receipt ?? 0;

  return (
    <li
      class="unread-room"
      ref={(node) => {
        element = node;
      }}
    >
      <div class="unread-head">
        <a class="unread-link" href={messagePath(props.room.slug, receipt() + 1)}>
          <h2 dir="auto">{props.room.kind === "direct" ? props.room.name : `#${props.room.name}`}</h2>
          <span class="unread-counts">{countWords(props.room)}</span>
        </a>
        <Button kind="quiet" onClick={() => props.onRead()}>
          Mark as read
          <span class="sr-only"> {props.room.name}</span>
        </Button>
      </div>
      <Show when={timeline()}>{(known) => <Newest room={props.room} timeline={known()} />}</Show>
    </li>
  );
}

/** The last of a room's unread messages, as they are now. */
function Newest(props: { readonly room: Room; readonly timeline: Timeline }) {
  const client = useClient();
  const receipt = () => props.room.membership?.receipt ?? 0;
  const entries = createMemo(() =>
    props.timeline
      .entries()
      .filter((entry) => {
        const { id, author, deletedAt } = entry.message();
        return id > receipt() && author.id !== client.me().id && deletedAt === undefined;
      })
      .slice(-shownMax),
  );
  return (
    <>
      <Show when={props.timeline.state() === "failed"}>
        <p class="unread-problem" role="alert">
          The messages could not be loaded. <Button onClick={() => props.timeline.reload()}>Try again</Button>
        </p>
      </Show>
      <ol>
        <For each={entries()}>{(entry) => <Line room={props.room} message={entry.message()} />}</For>
      </ol>
    </>
  );
}

function Line(props: { readonly room: Room; readonly message: Message }) {
  const client = useClient();
  const author = () => client.person(props.message.author);
  return (
    <li>
      <Excerpt
        href={messagePath(props.room.slug, props.message.id)}
        author={author()}
        at={props.message.createdAt}
        beside={
          <Show when={isCalled(client.me(), props.message)}>
            <span class="unread-calls">calls you</span>
          </Show>
        }
        compact
      >
        <For each={parseContent(props.message.content, props.message.mentions)}>
          {(span) =>
            span.kind === "mention" ? `@${client.personNamed(span.name)?.displayName ?? span.text.slice(1)}` : span.text
          }
        </For>
        <Show when={props.message.content === "" && props.message.attachments}>
          {(files) => (files().length === 1 ? files()[0]?.name : `${files().length} files`)}
        </Show>
      </Excerpt>
    </li>
  );
}

function countWords({ membership: place }: Room): string {
  const { unread = 0, mentions = 0 } = place ?? {};
  return mentions > 0 ? `${count(unread)} unread, ${count(mentions)} for you` : `${count(unread)} unread`;
}

const count = (messages: number) => (messages >= limits.unreadCount ? "99+" : String(messages));
