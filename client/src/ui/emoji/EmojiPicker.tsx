import {
  createEffect,
  createMemo,
  createResource,
  createSignal,
  createUniqueId,
  For,
  on,
  onCleanup,
  onMount,
  Show,
} from "solid-js";
import { isTouch } from "../media.ts";
import { type Emoji, type EmojiGroup, loadEmoji, searchEmoji, type Tone, withTone } from "./emoji-data.ts";
import { chooseTone, chosenTone, recentEmoji, rememberEmoji } from "./emoji-habits.ts";
import { step } from "./grid.ts";
import "./emoji.css";

const columns = 8;
const foundMax = 64;
const tones: readonly { readonly tone: Tone; readonly name: string; readonly hand: string }[] = [
  { tone: 0, name: "No skin tone", hand: "✋" },
  { tone: 1, name: "Light", hand: "✋🏻" },
  { tone: 2, name: "Medium light", hand: "✋🏼" },
  { tone: 3, name: "Medium", hand: "✋🏽" },
  { tone: 4, name: "Medium dark", hand: "✋🏾" },
  { tone: 5, name: "Dark", hand: "✋🏿" },
];

interface Cell {
  readonly emoji: string;
  readonly name: string;
}

interface Section {
  readonly name: string;
  readonly cells: readonly Cell[];
}

/**
 * All emoji, with a search field that keeps the focus: the arrows move through the grid, Enter picks, and a screen reader
 * follows through `aria-activedescendant`.
 */
export function EmojiPicker(props: { readonly onPick: (emoji: string) => void }) {
  const id = createUniqueId();
  const [groups, { refetch }] = createResource(loadEmoji);
  const [query, setQuery] = createSignal("");
  const [tone, setTone] = createSignal(chosenTone());
  const [active, setActive] = createSignal(-1);
  const recent = recentEmoji();
  let field: HTMLInputElement | undefined;
  let scroller: HTMLDivElement | undefined;

  const known = () => (groups.error ? undefined : groups());
  const whole = createMemo<readonly Section[]>(() =>
    (known() ?? []).map(({ name, emoji }) => toSection(name, emoji, tone())),
  );
  const drawn = createStages(() => whole().length);
  const recently = createMemo<readonly Section[]>(() => {
    const all = known();
    if (!all || recent.length === 0) return [];
    return [{ name: "Recently used", cells: recent.map((emoji) => toCell(all, emoji)) }];
  });
  onMount(() => {
    // Later than what it stands in, which takes the focus first. On a touch screen it would raise the keyboard.
    if (!isTouch()) queueMicrotask(() => field?.focus({ preventScroll: true }));
  });

  const found = createMemo(() => toSection("Found", searchEmoji(known() ?? [], query(), foundMax), tone()));
  const sections = createMemo<readonly Section[]>(() => {
    if (query().trim() === "") return [...recently(), ...whole().slice(0, drawn())];
    return found().cells.length > 0 ? [found()] : [];
  });
  const cells = createMemo(() => sections().flatMap((section) => section.cells));
  const shown = () => cells()[active()];
  createEffect(on(query, (text) => setActive(text.trim() === "" ? -1 : 0)));

  const pick = (cell: Cell | undefined) => {
    if (!cell) return;
    rememberEmoji(cell.emoji);
    props.onPick(cell.emoji);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      pick(shown());
      return;
    }
    // Left and right move in the text until someone has gone down into the grid.
    const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (!(event.key === "ArrowDown" || event.key === "ArrowUp" || (sideways && active() >= 0))) return;
    event.preventDefault();
    const sizes = sections().map((section) => section.cells.length);
    setActive(step(sizes, columns, active(), event.key));
    scroller?.querySelector(`#${CSS.escape(`${id}-${active()}`)}`)?.scrollIntoView({ block: "nearest" });
  };

  return (
    <div class="emoji-picker">
      <div class="emoji-search">
        <input
          ref={(element) => {
            field = element;
          }}
          class="input"
          type="search"
          role="combobox"
          aria-label="Search emoji"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown() ? `${id}-${active()}` : undefined}
          placeholder="Search"
          autocomplete="off"
          spellcheck={false}
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <select
          class="input emoji-tone"
          aria-label="Skin tone"
          onChange={(event) => {
            const chosen = Number(event.currentTarget.value) as Tone;
            setTone(chosen);
            chooseTone(chosen);
          }}
        >
          <For each={tones}>
            {(each) => (
              <option value={each.tone} selected={each.tone === tone()} aria-label={each.name}>
                {each.hand}
              </option>
            )}
          </For>
        </select>
      </div>
      <Show when={query().trim() === "" && !groups.error}>
        <nav class="emoji-groups" aria-label="Kinds of emoji">
          <For each={groups()}>
            {(group) => (
              <button
                type="button"
                aria-label={group.name}
                title={group.name}
                onClick={() =>
                  scroller
                    ?.querySelector(`[data-group="${CSS.escape(group.name)}"]`)
                    ?.scrollIntoView({ block: "start" })
                }
              >
                {group.emoji[0]?.emoji}
              </button>
            )}
          </For>
        </nav>
      </Show>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the search field, which keeps the focus. */}
      <div
        ref={(element) => {
          scroller = element;
        }}
        id={`${id}-list`}
        class="emoji-list"
        role="listbox"
        tabindex="-1"
        aria-label="Emoji"
        onPointerOver={(event) => {
          const index = indexOf(event.target);
          if (index !== null && event.pointerType === "mouse") setActive(index);
        }}
        onClick={(event) => {
          const index = indexOf(event.target);
          if (index !== null) pick(cells()[index]);
        }}
      >
        <For each={sections()}>
          {(section, index) => {
            const first = createMemo(() =>
              sections()
                .slice(0, index())
                .reduce((sum, before) => sum + before.cells.length, 0),
            );
            return (
              // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields.
              <div class="emoji-group" role="group" aria-label={section.name} data-group={section.name}>
                <p aria-hidden="true">{section.name}</p>
                <div class="emoji-grid" role="presentation">
                  <For each={section.cells}>
                    {(cell, at) => (
                      // biome-ignore lint/a11y/useFocusableInteractive: the search field has the focus.
                      <div
                        id={`${id}-${first() + at()}`}
                        class="emoji-cell"
                        role="option"
                        data-index={first() + at()}
                        aria-selected={active() === first() + at()}
                        aria-label={cell.name}
                      >
                        {cell.emoji}
                      </div>
                    )}
                  </For>
                </div>
              </div>
            );
          }}
        </For>
        <Show when={groups.error}>
          <p class="emoji-note">
            The emoji could not be loaded.{" "}
            <button type="button" class="text-button" onClick={() => void refetch()}>
              Retry
            </button>
          </p>
        </Show>
      </div>
      <p class="emoji-note" aria-live="polite">
        <Show
          when={query().trim() !== "" && cells().length === 0 && !groups.loading && !groups.error}
          fallback={<span aria-hidden="true">{shown() ? `${shown()?.emoji} ${shown()?.name}` : "Pick an emoji"}</span>}
        >
          No emoji has that name.
        </Show>
      </p>
    </div>
  );
}

/** How many groups are drawn: one more in each frame, so that the first are there at once. */
function createStages(total: () => number): () => number {
  const [drawn, setDrawn] = createSignal(1);
  let frame = 0;
  createEffect(() => {
    if (drawn() < total()) frame = requestAnimationFrame(() => setDrawn(drawn() + 1));
  });
  onCleanup(() => cancelAnimationFrame(frame));
  return drawn;
}

function indexOf(target: EventTarget): number | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-index]") : null;
  return cell ? Number(cell.dataset.index) : null;
}

const toSection = (name: string, members: readonly Emoji[], tone: Tone): Section => ({
  name,
  cells: members.map((each) => ({ emoji: withTone(each, tone), name: each.name })),
});

function toCell(groups: readonly EmojiGroup[], emoji: string): Cell {
  const bare = plain(emoji);
  for (const group of groups) {
    const known = group.emoji.find((each) => plain(each.emoji) === bare);
    if (known) return { emoji, name: known.name };
  }
  return { emoji, name: emoji };
}

/** Without tone and selectors. */
const plain = (emoji: string) => emoji.replace(/\p{Emoji_Modifier}|\ufe0f/gu, "");
