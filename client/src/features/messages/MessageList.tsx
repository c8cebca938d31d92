import { limits } from "@parley/protocol/limits";
import type { Room } from "@parley/protocol/model";
import { createMemo, createSignal, For, onCleanup, onMount, Show, untrack } from "solid-js";
import { type Entry, type Timeline, useClient } from "../../state/client.ts";
import { Icon } from "../../ui/Icon.tsx";
import { whenIdle } from "../../ui/idle.ts";
import { Late } from "../../ui/Late.tsx";
import { notify } from "../../ui/notices.tsx";
import { dialogPart } from "../../ui/part.tsx";
import { dayOf, formatDay } from "../../ui/time.ts";
import { explain } from "../words.ts";
import type { Question } from "./Asking.tsx";
import { announceNew, createUnseen } from "./arrivals.ts";
import { createCall } from "./call.ts";
import type { Editing } from "./editing.ts";
import { createLineKeys } from "./line-keys.ts";
import { listenForLongPress } from "./long-press.ts";
import { actionsFor, MessageBar } from "./MessageActions.tsx";
import { MessageLine } from "./MessageLine.tsx";
import { QuickReactions } from "./QuickReactions.tsx";
import { createReact } from "./Reactions.tsx";
import { createReading } from "./reading.ts";
import { Bones, Start } from "./Start.tsx";
import { createSeen, showsReceipts } from "./seen.ts";
import { createUnread } from "./unread.ts";

const Asking = dialogPart(async () => (await import("./Asking.tsx")).Asking);

/** Where readers were in the rooms they left while reading above. */
const positions = new Map<string, { readonly key: string; readonly offset: number }>();

/** So long after a newer page could not be had, scrolling does not ask for it again. */
const retryMs = 2000;

/** What the room around it may ask of the list. */
export interface ListControls {
  toEnd(): void;
  reveal(entry: Entry): void;
}

/** The messages of one room. Mount it anew for another room. */
export function MessageList(props: {
  readonly room: Room;
  readonly timeline: Timeline;
  readonly editing: Editing;
  /** The number of a message to go to. */
  readonly calledId: number | null;
  readonly controls: (controls: ListControls) => void;
  /** Esc: the reader goes on to write. */
  readonly onLeave: () => void;
}) {
  const client = useClient();
  const { timeline, editing } = props;
  const roomId = props.room.id;
  let scroller: HTMLDivElement | undefined;
  let content: HTMLDivElement | undefined;
  const [olderFailed, setOlderFailed] = createSignal(false);
  const [newerFailed, setNewerFailed] = createSignal(false);
  const [pointed, setPointed] = createSignal<Entry>();
  const [focused, setFocused] = createSignal<Entry>();
  const [asked, setAsked] = createSignal<Question>();
  const react = createReact();

  const loadOlder = async () => {
    setOlderFailed(false);
    try {
      await timeline.loadOlder();
    } catch {
      setOlderFailed(true);
    }
  };
  let newerFailedAt = 0;
  const loadNewer = async () => {
    try {
      await timeline.loadNewer();
      setNewerFailed(false);
    } catch {
      newerFailedAt = Date.now();
      setNewerFailed(true);
    }
  };
  const reading = createReading<Entry>({
    items: timeline.entries,
    hasOlder: timeline.hasOlder,
    hasNewer: timeline.hasNewer,
    onNearEnd() {
      if (timeline.hasNewer() && Date.now() - newerFailedAt > retryMs) void loadNewer();
    },
    onNearStart() {
      if (timeline.hasOlder() && !timeline.loadingOlder() && !olderFailed()) void loadOlder();
    },
  });
  const toEnd = () => {
    setNewerFailed(false);
    if (timeline.hasNewer()) timeline.reload();
    reading.toEnd();
  };
  const called = createCall({ timeline, reading, id: () => props.calledId });
  const unread = createUnread({
    client,
    room: () => props.room,
    timeline,
    reading,
    isCalled: props.calledId !== null,
  });
  const seen = createSeen(client, () => props.room, timeline);
  const keys = createLineKeys({
    reading,
    entries: timeline.entries,
    focused,
    onLeave() {
      unread.done();
      props.onLeave();
    },
  });

  onMount(() => {
    if (!scroller || !content) return;
    whenIdle(() => Asking.preload());
    reading.attach(scroller, content);
    listenForLongPress(scroller, (target) => {
      const entry = reading.lineAt(target);
      if (entry && target.closest(".reaction")) setAsked({ kind: "who", entry });
      else if (entry && actionsOf(entry).length > 0) setAsked({ kind: "sheet", entry });
    });
    const left = positions.get(roomId);
    const entry = left && timeline.entries().find(({ key }) => key === left.key);
    // Not at once: what an effect changes is drawn only after it.
    if (entry && props.calledId === null && !unread.first()) queueMicrotask(() => reading.reveal(entry, left.offset));
    props.controls({ toEnd, reveal: reading.reveal });
    onCleanup(timeline.keepPlace(() => reading.position()?.item.message().id || null));
  });
  onCleanup(() => {
    const position = reading.position();
    if (position) positions.set(roomId, { key: position.item.key, offset: position.offset });
    else positions.delete(roomId);
  });

  const unseen = createUnseen(timeline, reading.atEnd, () => client.me().id);
  announceNew(timeline, () => client.me().id);

  const actionsOf = (entry: Entry) =>
    actionsFor(client, props.room, entry, {
      edit: () => editing.start(entry),
      remove: () => setAsked({ kind: "delete", entry }),
      whoReacted: () => setAsked({ kind: "who", entry }),
      why: () => setAsked({ kind: "why", entry }),
      markUnread: () => client.markUnread(roomId, entry.message().id),
      seenBy: () => setAsked({ kind: "seen", entry }),
      discard: () =>
        void client
          .discardUnsent(entry.message().clientMessageId ?? "")
          .catch((error: unknown) => notify(explain(error))),
    });
  /** The button that opened the question may be gone, and the focus with it; or another question has taken its place. */
  const close = (question: Question) => {
    if (untrack(asked) !== question) return;
    setAsked(undefined);
    if (question.kind === "sheet") return;
    if (question.kind === "delete" && editing.entry() === question.entry) editing.stop();
    queueMicrotask(() => reading.elementOf(question.entry)?.focus({ preventScroll: true }));
  };
  const quickReactions = (entry: Entry) => (
    <Show when={props.room.archivedAt === undefined}>
      <QuickReactions
        message={entry.message()}
        onReact={(emoji) => {
          react(entry.message(), emoji);
          if (asked()?.kind === "sheet") setAsked(undefined);
        }}
        onMore={(button) => setAsked({ kind: "react", entry, button })}
      />
    </Show>
  );
  const isWaiting = () => timeline.state() === "loading" && timeline.entries().length === 0;
  const isActive = (entry: Entry) => (pointed() ?? focused()) === entry && editing.entry() !== entry;

  return (
    <div class="timeline">
      <div
        ref={(element) => {
          scroller = element;
        }}
        class="scroller"
        role="log"
        aria-live="off"
        aria-label={`Messages in ${props.room.name}`}
        aria-busy={timeline.state() === "loading"}
        tabindex="0"
        onKeyDown={keys}
        onPointerOver={(event) => {
          if (event.pointerType !== "touch") setPointed(reading.lineAt(event.target));
        }}
        onPointerLeave={() => setPointed(undefined)}
        onFocusIn={(event) => setFocused(reading.lineAt(event.target))}
        onFocusOut={({ relatedTarget: next }) =>
          // Within the line, too: else its bar would go before the focus gets there.
          setFocused(next instanceof Element ? reading.lineAt(next) : undefined)
        }
      >
        <div
          ref={(element) => {
            content = element;
          }}
          class="history"
          data-readers={showsReceipts(client, props.room) ? Math.min(props.room.memberCount - 1, 4) : undefined}
          data-waiting={isWaiting() ? "" : undefined}
        >
          <Start
            room={props.room}
            timeline={timeline}
            reserve={reading.reserve()}
            failed={olderFailed()}
            onRetry={() => void loadOlder()}
          />
          <div style={{ height: `${reading.span().above}px` }} />
          <For each={reading.chunkIds()}>
            {(id) => {
              const items = createMemo(() => reading.chunk(id)?.items ?? []);
              const before = createMemo(() => reading.chunk(id)?.before);
              const after = createMemo(() => reading.chunk(id)?.after);
              return (
                <>
                  <div ref={(mark) => reading.markRef(id, mark)} />
                  <For each={items()}>
                    {(entry, index) => (
                      <MessageLine
                        entry={entry}
                        before={index() === 0 ? before() : items()[index() - 1]}
                        after={index() === items().length - 1 ? after() : items()[index() + 1]}
                        room={props.room}
                        editing={editing}
                        called={called() === entry}
                        firstUnread={unread.first() === entry}
                        readers={seen()?.entry === entry ? seen()?.readers : undefined}
                        ref={(element) => reading.lineRef(entry, element)}
                        holdStill={reading.holdStill}
                        onEmptied={() => setAsked({ kind: "delete", entry })}
                        onReact={(button) => setAsked({ kind: "react", entry, button })}
                        actions={
                          <Show when={isActive(entry)}>
                            <MessageBar
                              actions={actionsOf(entry)}
                              reactions={quickReactions(entry)}
                              onMore={(button) => setAsked({ kind: "more", entry, button })}
                            />
                          </Show>
                        }
                      />
                    )}
                  </For>
                </>
              );
            }}
          </For>
          <div>
            <div style={{ height: `${reading.span().below}px` }} />
            <Show when={timeline.hasNewer()}>
              <p class="history-break">
                {newerFailed() ? "Newer messages could not be loaded." : "Newer messages are not loaded here."}
                <button type="button" class="text-button" onClick={() => void loadNewer()}>
                  {newerFailed() ? "Try again" : "Load them"}
                </button>
              </p>
            </Show>
          </div>
        </div>
      </div>
      <Show when={unread.above()}>
        {(count) => (
          <button type="button" class="pill pill-above" data-new="" onClick={() => void unread.goUp().catch(() => {})}>
            <Icon name="up" />
            {count() >= limits.unreadCount ? "Over 99 unread messages" : `${count()} unread messages`}
          </button>
        )}
      </Show>
      <Show when={isWaiting()}>
        <Late>
          <div class="timeline-bones">
            <Bones lines={7} label="Loading messages" />
          </div>
        </Late>
      </Show>
      <Show when={!reading.atEnd() && reading.firstInSight()}>
        {(entry) => (
          <p class="day-stuck" aria-hidden="true">
            {formatDay(dayOf(entry().message().createdAt))}
          </p>
        )}
      </Show>
      <Show when={!reading.atEnd() && (unseen() > 0 || reading.farFromEnd() || timeline.hasNewer())}>
        <button type="button" class="pill" data-new={unseen() > 0 ? "" : undefined} onClick={toEnd}>
          <Icon name="down" />
          {unseen() === 0 ? "Newest messages" : unseen() === 1 ? "1 new message" : `${unseen()} new messages`}
        </button>
      </Show>
      <Show when={asked()} keyed>
        {(question) => (
          <Asking
            question={question}
            room={props.room}
            actions={() => actionsOf(question.entry)}
            reactions={() => quickReactions(question.entry)}
            onPick={(emoji) => react(question.entry.message(), emoji)}
            onClose={() => close(question)}
          />
        )}
      </Show>
    </div>
  );
}
