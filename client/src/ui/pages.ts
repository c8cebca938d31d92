import { createSignal, onCleanup, onMount } from "solid-js";

export interface Pages<T> {
  items(): readonly T[];
  /** Where the next page begins; null when there is none, undefined until the first is here. */
  cursor(): string | null | undefined;
  problem(): string | undefined;
  more(cursor: string): void;
  /** Begins anew, with what is there left standing until the answer is. */
  reload(): void;
  /** Asks once more for what could not be had. */
  retry(): void;
  /** Shows something as it is now. */
  replace(fits: (item: T) => boolean, item: T | null): void;
}

/** A list that comes page by page. What was asked for before it began anew is not waited for. */
export function createPages<T>(
  load: (cursor: string | undefined) => Promise<{ readonly items: readonly T[]; readonly cursor: string | null }>,
  explain: (error: unknown) => string,
): Pages<T> {
  const [items, setItems] = createSignal<readonly T[]>([]);
  const [cursor, setCursor] = createSignal<string | null>();
  const [problem, setProblem] = createSignal<string>();
  let loads = 0;
  let asked: string | undefined;
  const ask = async (after: string | undefined) => {
    const mine = ++loads;
    asked = after;
    setProblem(undefined);
    try {
      const page = await load(after);
      if (mine !== loads) return;
      setItems((before) => (after === undefined ? page.items : [...before, ...page.items]));
      setCursor(page.cursor);
    } catch (error) {
      if (mine === loads) setProblem(explain(error));
    }
  };
  onMount(() => void ask(undefined));
  onCleanup(() => loads++);
  return {
    items,
    cursor,
    problem,
    more: (after) => void ask(after),
    reload: () => void ask(undefined),
    retry: () => void ask(asked),
    replace: (fits, item) =>
      setItems((before) => before.flatMap((each) => (fits(each) ? (item === null ? [] : [item]) : [each]))),
  };
}
