import type { SearchPage } from "@parley/protocol/http/messages";
import { parseSearch } from "@parley/protocol/search";
import { createEffect, createSignal, on, onCleanup } from "solid-js";
import { useClient } from "../../state/client.ts";
import { explain } from "../words.ts";

export type Result = SearchPage["results"][number];

/** The results of a query, page by page. What was asked for before the query changed is not waited for. */
export function createResults(query: () => string) {
  const client = useClient();
  const [results, setResults] = createSignal<readonly Result[]>([]);
  /** The query that the results belong to; undefined before the first answer. */
  const [answered, setAnswered] = createSignal<string>();
  const [cursor, setCursor] = createSignal<string | null>(null);
  const [problem, setProblem] = createSignal<string>();
  /** What is wrong with the query itself: then nobody is asked. */
  const [mistake, setMistake] = createSignal<string>();
  let loads = 0;

  const load = async (text: string, after?: string) => {
    const mine = ++loads;
    setProblem(undefined);
    try {
      const page = await client.searchMessages(text, after);
      if (mine !== loads) return;
      setResults((before) => (after === undefined ? page.results : [...before, ...page.results]));
      setCursor(page.cursor);
      setAnswered(text);
    } catch (error) {
      if (mine === loads) setProblem(explain(error));
    }
  };
  createEffect(
    on(query, (text) => {
      loads++;
      setCursor(null);
      const parsed = parseSearch(text);
      setProblem(undefined);
      setMistake(parsed.ok ? undefined : `This search ${parsed.problem}.`);
      if (text !== "" && parsed.ok) {
        void load(text);
        return;
      }
      setResults([]);
      setAnswered(undefined);
    }),
  );
  onCleanup(() => {
    loads++;
  });
  return {
    results,
    answered,
    cursor,
    problem,
    mistake,
    more: (after: string) => void load(query(), after),
    retry: () => void load(query(), cursor() ?? undefined),
  };
}
