import { createSignal, createUniqueId, For, type JSX, onCleanup, Show } from "solid-js";
import { insertText } from "./insert-text.ts";

/** Whoever writes pauses this long before what takes time is asked for. */
const pauseMs = 150;

/** One of the things that a text area offers for what stands before its caret. */
export interface Completion {
  /** Unique in its list. */
  readonly id: string;
  readonly label: string;
  /** Said after the label, more quietly. */
  readonly detail?: string;
  /** A picture before the label; decoration, not read out. */
  readonly picture?: () => JSX.Element;
  /** What is written in place of what was typed. */
  readonly text: string;
}

/** What completes one kind of word: people after `@`, emoji after `:`. */
export interface CompletionSource {
  /** The name of its list. */
  readonly label: string;
  /**
   * Fits the end of the text before the caret. All that it matches is replaced; its first group is searched for. A
   * lookbehind keeps what stands before the word: `/(?<![\w@])@([\w.-]*)$/`.
   */
  readonly pattern: RegExp;
  /** Best first, and few: all of them are shown. */
  find(query: string): readonly Completion[] | Promise<readonly Completion[]>;
  /**
   * The same list with what takes time to find, below what was found. Asked for when the writer pauses, and given up when
   * the word goes on.
   */
  findMore?(query: string, found: readonly Completion[], signal: AbortSignal): Promise<readonly Completion[]>;
}

/** A list that is open below or above its field. */
interface Offer {
  readonly label: string;
  readonly items: readonly Completion[];
  readonly from: number;
  readonly to: number;
}

/**
 * Completes words in a text area. The focus stays in the text; arrows choose, Enter and Tab take, Esc closes until another
 * word is begun. Screen readers follow through `aria-activedescendant`: give the field `completion.field()`, hand it
 * every `onInput` and `onKeyDown`, and put a `CompletionList` beside it.
 */
export interface TextCompletion {
  readonly listId: string;
  offer(): Offer | null;
  chosen(): number;
  /** The attributes of the field. */
  field(): { readonly listId: string; readonly activeId: string | undefined };
  onInput(field: HTMLTextAreaElement): void;
  /** Whether the key was for the list. */
  onKeyDown(event: KeyboardEvent, field: HTMLTextAreaElement): boolean;
  choose(index: number): void;
  take(index: number): void;
  close(): void;
}

export function createCompletion(sources: () => readonly CompletionSource[]): TextCompletion {
  const listId = createUniqueId();
  const [offer, setOffer] = createSignal<Offer | null>(null);
  const [chosen, setChosen] = createSignal(0);
  let element: HTMLTextAreaElement | undefined;
  /** Where the word begins that Esc was pressed in. */
  let dismissed = -1;
  /** The search under way. An answer to an earlier one is void. */
  let underWay = new AbortController();

  const begin = () => {
    underWay.abort();
    underWay = new AbortController();
    return underWay.signal;
  };
  const close = () => {
    begin();
    setOffer(null);
  };
  const search = async (field: HTMLTextAreaElement) => {
    const signal = begin();
    const to = field.selectionStart;
    const before = field.value.slice(0, to);
    const found = field.selectionEnd === to ? findSource(sources(), before) : null;
    if (!found || found.from === dismissed) {
      if (!found) dismissed = -1;
      setOffer(null);
      return;
    }
    const { source, query, from } = found;
    const show = (items: readonly Completion[]) => {
      if (!signal.aborted) setOffer(items.length === 0 ? null : { label: source.label, items, from, to });
    };
    try {
      const items = await source.find(query);
      if (signal.aborted) return;
      setChosen(0);
      show(items);
      if (!source.findMore) return;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (signal.aborted) return;
      show(await source.findMore(query, items, signal));
    } catch {
      // What was found already stays; a word can be written out.
    }
  };
  const take = (index: number) => {
    const current = offer();
    const item = current?.items[index];
    if (!current || !item || !element) return;
    close();
    insertText(element, current.from, current.to, item.text);
  };
  onCleanup(close);

  return {
    listId,
    offer,
    chosen,
    field: () => ({ listId, activeId: offer() ? optionId(listId, chosen()) : undefined }),
    onInput(field) {
      element = field;
      void search(field);
    },
    onKeyDown(event, field) {
      element = field;
      const current = offer();
      if (!current || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
      const count = current.items.length;
      switch (event.key) {
        case "ArrowDown":
          setChosen((chosen() + 1) % count);
          break;
        case "ArrowUp":
          setChosen((chosen() + count - 1) % count);
          break;
        case "Enter":
        case "Tab":
          take(chosen());
          break;
        case "Escape":
          dismissed = current.from;
          close();
          break;
        default:
          // The caret leaves the word.
          if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) close();
          return false;
      }
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    choose: setChosen,
    take,
    close,
  };
}

/** The list of a completion, in a corner of the positioned box around it. */
export function CompletionList(props: { readonly completion: TextCompletion }) {
  const { completion } = props;
  return (
    <Show when={completion.offer()}>
      {(offer) => (
        <div id={completion.listId} class="completion" role="listbox" aria-label={offer().label}>
          <For each={offer().items}>
            {(item, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus.
              // biome-ignore lint/a11y/useFocusableInteractive: likewise.
              <div
                id={optionId(completion.listId, index())}
                class="completion-item"
                role="option"
                aria-selected={completion.chosen() === index()}
                onPointerMove={() => completion.choose(index())}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => completion.take(index())}
              >
                <Show when={item.picture}>
                  {(picture) => (
                    <span class="completion-picture" aria-hidden="true">
                      {picture()()}
                    </span>
                  )}
                </Show>
                <span class="completion-label">{item.label}</span>
                <Show when={item.detail}>
                  <span class="completion-detail">{item.detail}</span>
                </Show>
              </div>
            )}
          </For>
        </div>
      )}
    </Show>
  );
}

const optionId = (listId: string, index: number) => `${listId}-${index}`;

function findSource(sources: readonly CompletionSource[], before: string) {
  for (const source of sources) {
    const match = source.pattern.exec(before);
    if (match) return { source, from: match.index, query: match[1] ?? "" };
  }
  return null;
}
