import { type Accessor, createEffect, createSignal, untrack } from "solid-js";
import type { Entry, Timeline } from "../../state/client.ts";
import { notify } from "../../ui/notices.tsx";
import type { Reading } from "./reading.ts";

const shownMs = 2500;
/** Where a message that was called for stands, below the upper edge. */
const offset = 96;

/** Goes to the message that the address names, and loads what is around it when it is not here. Answers it while it is marked. */
export function createCall(options: {
  readonly timeline: Timeline;
  readonly reading: Reading<Entry>;
  readonly id: Accessor<number | null>;
}): Accessor<Entry | undefined> {
  const { timeline, reading } = options;
  const [called, setCalled] = createSignal<Entry>();
  let answered: number | null = null;

  const find = (id: number) => timeline.entries().find((entry) => entry.message().id === id);
  const go = async (id: number) => {
    try {
      await timeline.loadAround(id);
    } catch {
      notify("That message could not be loaded. Try again in a moment.");
      return;
    }
    if (options.id() !== id) return;
    const entry = find(id);
    if (!entry) {
      notify("There is no such message here.");
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
