import { type Accessor, createSignal } from "solid-js";
import type { Client, Entry } from "../../state/client.ts";

/** The one message that is being changed, and its text so far. Outlives its line, which may scroll out of the page. */
export interface Editing {
  readonly entry: Accessor<Entry | null>;
  readonly text: Accessor<string>;
  /** With other text than the message has, if something else was written before. */
  start(entry: Entry, text?: string): void;
  change(text: string): void;
  stop(): void;
}

export function createEditing(): Editing {
  const [entry, setEntry] = createSignal<Entry | null>(null);
  const [text, setText] = createSignal("");
  return {
    entry,
    text,
    start(next, text = next.message().content) {
      setText(text);
      setEntry(next);
    },
    change: setText,
    stop: () => setEntry(null),
  };
}

export function canEdit(client: Client, entry: Entry): boolean {
  const { author, deletedAt } = entry.message();
  return author.id === client.me().id && deletedAt === undefined;
}

/** The newest message that I may change. */
export function lastEditable(client: Client, entries: readonly Entry[]): Entry | undefined {
  return entries.findLast((entry) => canEdit(client, entry));
}
