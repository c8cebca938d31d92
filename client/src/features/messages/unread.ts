import type { MessageId, Room } from "@parley/protocol/model";
import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup, untrack } from "solid-js";
import type { Client, Entry, Timeline } from "../../state/client.ts";
import type { Reading } from "./reading.ts";

/** How long the newest message has to be in sight to count as read. */
const readMs = 500;
/** How far below the upper edge the first unread message is shown. */
const offset = 96;
/** So many older pages are looked through for it. */
const pagesMax = 20;

/** What a reader has not read of a room, from when they opened it until they leave. */
export interface Unread {
  /** The message with the divider above it, if it is here. */
  first(): Entry | undefined;
  /** How many messages were unread, until the first of them has been in sight; the way up to it. */
  above(): number;
  goUp(): Promise<void>;
  /** Everything is read, and the divider goes. */
  done(): void;
}

export function createUnread(options: {
  readonly client: Client;
  readonly room: Accessor<Room>;
  readonly timeline: Timeline;
  readonly reading: Reading<Entry>;
  /** The reader wants to be somewhere else. */
  readonly isCalled: boolean;
}): Unread {
  const { client, room, timeline, reading } = options;
  const roomId = untrack(room).id;
  const place = () => room().membership;
  const receipt = () => place()?.receipt ?? 0;
  const unread = () => place()?.unread ?? 0;
  // Read up to here when the divider was put, and how much there was below it; null: no divider.
  const [from, setFrom] = createSignal<{ readonly after: MessageId; readonly count: number } | null>(
    untrack(unread) > 0 ? { after: untrack(receipt), count: untrack(unread) } : null,
  );
  const [hidden, setHidden] = createSignal(false);
  const isLooking = createLooking();
  // Who marks a message as unread has read it, and wants to be reminded all the same.
  let held = false;

  const first = createMemo(() => {
    const after = from()?.after;
    const entries = timeline.entries();
    const oldest = entries[0]?.message().id ?? 0;
    if (after === undefined || oldest === 0 || (oldest > after + 1 && timeline.hasOlder())) return undefined;
    return entries.find((entry) => {
      const { id, author, deletedAt } = entry.message();
      return id > after && author.id !== client.me().id && deletedAt === undefined;
    });
  });

  createEffect(
    on([receipt, unread], ([nowReceipt, nowUnread], before) => {
      const [wasReceipt = nowReceipt, wasUnread = nowUnread] = before ?? [];
      if (nowReceipt < wasReceipt) {
        held = true;
        setFrom({ after: nowReceipt, count: nowUnread });
        setHidden(true);
      } else if (wasUnread === 0 && nowUnread > 0 && !(isLooking() && (reading.atEnd() || untrack(from)))) {
        // Under the eyes of a reader the divider stays where it is, or what stands below it would move.
        setFrom({ after: nowReceipt, count: nowUnread });
        setHidden(true);
      }
    }),
  );

  // Too much has happened for all of it to come: the way to where the reader was leads over what is not loaded.
  createEffect(
    on(
      timeline.brokenAfter,
      (after) => {
        if (after === null) return;
        setFrom({ after, count: untrack(room).lastMessageId - after });
        setHidden(false);
      },
      { defer: true },
    ),
  );

  createEffect(() => {
    const seesNewest = timeline.state() === "ready" && !timeline.hasNewer() && reading.atEnd();
    const isRead = seesNewest && isLooking() && room().lastMessageId > receipt();
    if (!isRead || held) return;
    const timer = setTimeout(() => client.markRead(roomId), readMs);
    onCleanup(() => clearTimeout(timer));
  });

  // Whoever scrolls up to it needs no way there.
  createEffect(() => {
    const top = reading.firstInSight()?.message().id;
    const after = from()?.after;
    if (top !== undefined && after !== undefined && top <= after + 1) setHidden(true);
  });

  const show = (entry: Entry) => {
    setHidden(true);
    reading.reveal(entry, offset);
  };

  // Once, when there is something to show: from then on the reader decides.
  createEffect((isOpen: boolean) => {
    if (isOpen || timeline.state() !== "ready") return isOpen;
    const entry = untrack(first);
    if (entry && !options.isCalled) queueMicrotask(() => show(entry));
    return true;
  }, false);

  return {
    first,
    above: () => (!hidden() && timeline.state() === "ready" ? (from()?.count ?? 0) : 0),
    async goUp() {
      for (let pages = 0; !first() && timeline.hasOlder() && pages < pagesMax; pages++) await timeline.loadOlder();
      const entry = first() ?? timeline.entries()[0];
      if (entry) show(entry);
    },
    done() {
      held = false;
      client.markRead(roomId);
      setFrom(null);
    },
  };
}

/** Whether someone may be looking at this page. */
function createLooking(): Accessor<boolean> {
  const now = () => document.visibilityState === "visible" && document.hasFocus();
  const [isLooking, setLooking] = createSignal(now());
  const look = () => setLooking(now());
  for (const event of ["focus", "blur"] as const) addEventListener(event, look);
  document.addEventListener("visibilitychange", look);
  onCleanup(() => {
    for (const event of ["focus", "blur"] as const) removeEventListener(event, look);
    document.removeEventListener("visibilitychange", look);
  });
  return isLooking;
}
