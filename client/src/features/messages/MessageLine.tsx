import type { Author, Room } from "@parley/protocol/model";
import { isCalled } from "@parley/sdk/places";
import { createMemo, createSignal, createUniqueId, type JSX, Match, onMount, Show, Switch } from "solid-js";
import { type Entry, useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { notify } from "../../ui/notices.tsx";
import { PersonButton } from "../../ui/PersonButton.tsx";
import { dayOf, formatClock, formatDay, formatFull, formatShortClock } from "../../ui/time.ts";
import { explain } from "../words.ts";
import { Attachments } from "./Attachments.tsx";
import { EditMessage } from "./EditMessage.tsx";
import type { Editing } from "./editing.ts";
import { lineOf } from "./line.ts";
import { MessageContent } from "./MessageContent.tsx";
import { Reactions } from "./Reactions.tsx";
import { SeenMark } from "./SeenMark.tsx";

/** One message in the list, with the separator above it when its day is new. */
export function MessageLine(props: {
  readonly entry: Entry;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
  readonly room: Room;
  readonly editing: Editing;
  /** Called for: a link to this message was followed. */
  readonly called: boolean;
  /** The divider between what is read and what is not stands above it. */
  readonly firstUnread: boolean;
  /** Who has read it, where that is told: at one's own newest message that others have read. */
  readonly readers: readonly Author[] | undefined;
  readonly ref: (element: HTMLElement) => void;
  readonly holdStill: (element: HTMLElement, change: () => void) => void;
  readonly onEmptied: () => void;
  /** The reader looks for an emoji to put on it. */
  readonly onReact: (button: HTMLElement) => void;
  /** What can be done with it, while it is pointed at. */
  readonly actions: JSX.Element;
}) {
  const client = useClient();
  const id = createUniqueId();
  const [focused, setFocused] = createSignal(false);
  let element: HTMLElement | undefined;
  const message = () => props.entry.message();
  const delivery = () => props.entry.delivery();
  const line = createMemo(() => lineOf(props.before?.message(), message(), props.after?.message()), undefined, {
    equals: (a, b) => a.newDay === b.newDay && a.first === b.first && a.last === b.last,
  });
  const isEdited = () => props.editing.entry() === props.entry;
  const tell = (act: Promise<void>) => void act.catch((error: unknown) => notify(explain(error)));
  const failure = () => findFailure(props.entry);
  const waits = () => delivery().kind === "pending" || props.entry.change()?.failure === null;
  onMount(() => element && props.ref(element));

  return (
    <>
      <Show when={line().newDay}>
        <DayLine day={dayOf(message().createdAt)} />
      </Show>
      <Show when={props.firstUnread}>
        <div class="unread-line">
          <h3>New</h3>
        </div>
      </Show>
      <article
        ref={(node) => {
          element = node;
        }}
        class="message"
        tabindex="-1"
        onFocusIn={() => setFocused(true)}
        onFocusOut={({ relatedTarget: next }) => setFocused(next instanceof Node && element?.contains(next) === true)}
        aria-labelledby={`${id}-who ${id}-text ${id}-files`}
        data-first={line().first ? "" : undefined}
        data-last={line().last ? "" : undefined}
        data-own={message().author.id === client.me().id ? "" : undefined}
        data-called={props.called ? "" : undefined}
        data-calls-me={isCalled(client.me(), message()) ? "" : undefined}
        data-delivery={waits() ? "pending" : delivery().kind}
      >
        <Show
          when={line().first}
          fallback={
            <span class="message-gutter" aria-hidden="true">
              <Show when={waits()} fallback={formatShortClock(message().createdAt)}>
                <Icon name="clock" />
              </Show>
            </span>
          }
        >
          <PersonButton id={message().author.id} silent>
            <Avatar
              id={message().author.id}
              name={message().author.displayName}
              picture={message().author.avatar}
              size="large"
            />
          </PersonButton>
        </Show>
        <div class="message-main">
          <p id={`${id}-who`} class={line().first ? "message-who" : "sr-only"}>
            <Show when={line().first} fallback={<b>{message().author.displayName}</b>}>
              <PersonButton id={message().author.id} aside={!focused()}>
                <b dir="auto">{message().author.displayName}</b>
              </PersonButton>
            </Show>
            <time datetime={message().createdAt} title={formatFull(message().createdAt)}>
              {formatClock(message().createdAt)}
            </time>
            <Show when={waits()}>
              <span class="message-sending">
                <Icon name="clock" />
                Sending
              </span>
            </Show>
          </p>
          <Switch
            fallback={
              <Show when={message().content !== "" || !message().attachments}>
                <MessageContent
                  id={`${id}-text`}
                  content={message().content}
                  mentions={message().mentions}
                  editedAt={message().editedAt}
                  holdStill={(change) => element && props.holdStill(element, change)}
                />
              </Show>
            }
          >
            <Match when={message().deletedAt}>
              <p id={`${id}-text`} class="message-gone">
                Message deleted
              </p>
            </Match>
            <Match when={isEdited()}>
              <EditMessage
                room={props.room}
                entry={props.entry}
                editing={props.editing}
                onEmptied={() => props.onEmptied()}
              />
            </Match>
          </Switch>
          <Show when={!message().deletedAt && message().attachments}>
            {(attachments) => (
              <Attachments id={`${id}-files`} attachments={attachments()} author={message().author.displayName} />
            )}
          </Show>
          <Reactions
            message={message()}
            closed={props.room.archivedAt !== undefined}
            reachable={focused()}
            onAdd={(button) => props.onReact(button)}
          />
          <Show when={!isEdited() && failure()}>
            {(failed) => (
              <p class="message-failed">
                <span>
                  <Icon name="alert" />
                  {failed().words} {failed().reason}
                </span>
                <button type="button" class="text-button" onClick={() => tell(client.retryUnsent(failed().key))}>
                  Retry
                </button>
                <Show when={failed().content !== undefined}>
                  <button
                    type="button"
                    class="text-button"
                    onClick={() => props.editing.start(props.entry, failed().content)}
                  >
                    Edit
                  </button>
                </Show>
                <button type="button" class="text-button" onClick={() => tell(client.discardUnsent(failed().key))}>
                  {failed().discard}
                </button>
              </p>
            )}
          </Show>
        </div>
        <Show when={props.readers}>{(readers) => <SeenMark readers={readers()} />}</Show>
        {props.actions}
      </article>
    </>
  );
}

interface Failure {
  readonly key: string;
  readonly words: string;
  readonly reason: string;
  /** What can be written otherwise. */
  readonly content?: string;
  /** What giving it up is called. */
  readonly discard: string;
}

/** What the server has refused of this message. */
function findFailure(entry: Entry): Failure | undefined {
  const delivery = entry.delivery();
  const { clientMessageId: key = "", content } = entry.message();
  if (delivery.kind === "failed")
    return { key, words: "Not sent.", reason: delivery.reason, content, discard: "Delete" };
  const change = entry.change();
  if (!change || change.failure === null) return undefined;
  const failed = { key: change.key, reason: change.failure };
  return change.kind === "edit"
    ? { ...failed, words: "Change not saved.", content: change.content, discard: "Discard" }
    : { ...failed, words: "Not deleted.", discard: "Keep" };
}

function DayLine(props: { readonly day: number }) {
  return (
    <div class="day">
      <h2>{formatDay(props.day)}</h2>
    </div>
  );
}
