import type { Accessor } from "solid-js";
import type { Entry } from "../../state/client.ts";
import type { Reading } from "./reading.ts";

/** Moves the focus from message to message with the arrows, Home and End, while the list or a message has it. */
export function createLineKeys(options: {
  readonly reading: Reading<Entry>;
  readonly entries: Accessor<readonly Entry[]>;
  readonly focused: Accessor<Entry | undefined>;
  /** Esc. */
  readonly onLeave: () => void;
}): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      event.preventDefault();
      options.onLeave();
      return;
    }
    const entries = options.entries();
    const focused = options.focused();
    const at = focused ? entries.lastIndexOf(focused) : -1;
    const next = nextIndex(event.key, at, entries.length);
    const entry = next === null ? undefined : entries[next];
    if (!entry) return;
    event.preventDefault();
    if (next === entries.length - 1) options.reading.toEnd();
    else options.reading.reveal(entry);
    options.reading.elementOf(entry)?.focus({ preventScroll: true });
    if (next !== entries.length - 1) options.reading.reveal(entry);
  };
}

function nextIndex(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowUp":
      return at < 0 ? count - 1 : Math.max(0, at - 1);
    case "ArrowDown":
      return at < 0 ? count - 1 : Math.min(count - 1, at + 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
