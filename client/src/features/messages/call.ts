import { type Accessor, createEffect, createSignal, untrack } from "solid-js";
import type { Entry, Timeline } from "../../state/client.ts";
import { notify } from "../../ui/notices.tsx";
import type { Reading } from "./reading.ts";

/** How many older pages a link to a message may load before it gives up. */
const maxPages = 40;
const shownMs = 2500;
/** Where a message that was called for stands, below the upper edge. */
const offset = 96;

/** Goes to the message that the address names, loading older pages until it is there. Answers it while it is marked. */
export function createCall(options: {
  readonly timeline: Timeline;
  readonly reading: Reading<Entry>;
  readonly loadOlder: () => Promise<void>;
  readonly id: Accessor<number | null>;
}): Accessor<Entry | undefined> {
  const { timeline, reading } = options;
  const [called, setCalled] = createSignal<Entry>();
  let answered: number | null = null;

  const find = (id: number) => timeline.entries().find((entry) => entry.message().id === id);
  const go = async (id: number) => {
    for (let pages = 0; pages < maxPages && !find(id) && timeline.hasOlder(); pages++) {
      const before = timeline.entries().length;
      await options.loadOlder();
      if (options.id() !== id) return;
      if (timeline.entries().length === before) break;
    }
    const entry = find(id);
    if (!entry) {
      notify("That message is too far up to show from here.");
      return;
    }
    reading.reveal(entry, offset);
    setCalled(() => entry);
    setTimeout(() => setCalled((now) => (now === entry ? undefined : now)), shownMs);
  };

  createEffect(() => {
    const id = options.id();
    if (id === answered || (id !== null && timeline.state() !== "ready")) return;
    answered = id;
    if (id !== null) queueMicrotask(() => void untrack(() => go(id)));
  });
  return called;
}
