import type { Message } from "@parley/protocol/model";
import { createEffect, createMemo } from "solid-js";
import type { Entry, Timeline } from "../../state/client.ts";
import { announce } from "../../ui/notices.tsx";

/** How many messages of others have come since the newest one was last in sight. */
export function createUnseen(timeline: Timeline, atEnd: () => boolean, myId: () => string) {
  let seen: Entry | undefined;
  return createMemo(() => {
    const entries = timeline.entries();
    const from = entries.lastIndexOf(seen as Entry);
    if (atEnd() || timeline.hasNewer() || from < 0) {
      seen = entries.at(-1);
      return 0;
    }
    return entries.slice(from + 1).filter((entry) => entry.message().author.id !== myId()).length;
  });
}

/** Reads new messages of others out. The log itself does not: it would also read older pages. */
export function announceNew(timeline: Timeline, myId: () => string): void {
  let last: Entry | undefined;
  createEffect(() => {
    const newest = timeline.entries().at(-1);
    const isNew = last !== undefined && newest !== last && !timeline.hasNewer();
    last = newest;
    const message = newest?.message();
    if (isNew && message && message.author.id !== myId() && !message.deletedAt && !message.editedAt) {
      announce(`${message.author.displayName}: ${inWords(message).slice(0, 300)}`);
    }
  });
}

/** A message for the ear: what it says, or else what it brings. */
function inWords({ content, attachments = [] }: Message): string {
  return content === "" ? attachments.map(({ name }) => name).join(", ") : content;
}
