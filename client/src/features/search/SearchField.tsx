import { limits } from "@parley/protocol/limits";
import type { User } from "@parley/protocol/model";
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { createPaused } from "../../ui/paused.ts";
import { SearchBox } from "../../ui/SearchBox.tsx";
import { type Completion, complete, listCompletions, wordAt } from "./complete.ts";

/** The field, and what could stand in the place of the word that is being written in it. */
export function SearchField(props: {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onEnter: () => void;
}) {
  const client = useClient();
  let field: HTMLInputElement | undefined;
  const [caret, setCaret] = createSignal(props.text.length);
  const [chosen, setChosen] = createSignal(-1);
  const [closed, setClosed] = createSignal(true);
  const word = createMemo(() => wordAt(props.text, caret()));
  const people = createPeople(word);
  const completions = createMemo(() => (closed() ? [] : listCompletions(word(), client.rooms(), people())));
  createEffect(on(word, () => setChosen(-1), { defer: true }));

  const note = () => setCaret(field?.selectionStart ?? props.text.length);
  const take = (completion: Completion) => {
    const [text, at] = complete(props.text, caret(), completion);
    props.onText(text);
    setCaret(at);
    queueMicrotask(() => {
      field?.focus();
      field?.setSelectionRange(at, at);
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const list = completions();
    const current = list[chosen()];
    if (event.key === "Enter") {
      event.preventDefault();
      if (current) take(current);
      else {
        setClosed(true);
        props.onEnter();
      }
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.length > 0) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setChosen((at) => (at < 0 && step < 0 ? list.length - 1 : (at + step + list.length) % list.length));
    } else if (event.key === "Tab" && current) {
      event.preventDefault();
      take(current);
    } else if (event.key === "Escape" && list.length > 0) {
      event.preventDefault();
      setClosed(true);
    }
  };

  return (
    <SearchBox
      label="Search messages"
      maxLength={limits.searchLength}
      autofocus
      value={props.text}
      onInput={(text) => {
        setClosed(false);
        props.onText(text);
        note();
      }}
      ref={(element) => {
        field = element;
      }}
      combobox={{
        listId: "search-completions",
        activeId: chosen() >= 0 ? `search-completion-${chosen()}` : undefined,
        open: completions().length > 0,
        onKeyDown,
        onCaret: note,
        onLeave: () => setClosed(true),
      }}
    >
      <div
        id="search-completions"
        class="search-completions"
        role="listbox"
        aria-label="Filters"
        hidden={completions().length === 0}
      >
        <For each={completions()}>
          {(completion, index) => (
            // The field keeps the focus and has the keys.
            // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
            // biome-ignore lint/a11y/useFocusableInteractive: see above.
            <div
              id={`search-completion-${index()}`}
              role="option"
              aria-selected={chosen() === index()}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => take(completion)}
            >
              <b dir="auto">{completion.label}</b>
              <Show when={completion.hint}>
                <small dir="auto">{completion.hint}</small>
              </Show>
            </div>
          )}
        </For>
      </div>
    </SearchBox>
  );
}

/** People whose names begin as the value of `from:` does, once it is being written. */
function createPeople(word: () => string) {
  const client = useClient();
  const [people, setPeople] = createSignal<readonly User[]>([]);
  let asked = 0;
  onCleanup(() => {
    asked = -1;
  });
  const value = createPaused(createMemo(() => /^-?from:@?(.*)$/i.exec(word())?.[1]));
  createEffect(() => {
    const wanted = value();
    const mine = ++asked;
    if (wanted === undefined) return;
    client.listPeople(wanted).then(
      ({ users }) => {
        if (mine === asked) setPeople(users);
      },
      () => {}, // Names can be written out.
    );
  });
  return people;
}
