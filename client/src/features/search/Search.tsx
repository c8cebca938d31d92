import { createEffect, createSignal, For, Match, on, onCleanup, Show, Switch } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Excerpt } from "../../ui/Excerpt.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Late } from "../../ui/Late.tsx";
import { NextPage } from "../../ui/NextPage.tsx";
import { Page } from "../../ui/Page.tsx";
import { navigate } from "../../ui/router/router.ts";
import { messagePath, searchPath } from "../../ui/router/routes.ts";
import { forgetRecent, readRecent, rememberSearch } from "./recent.ts";
import { createResults, type Result } from "./results.ts";
import { SearchField } from "./SearchField.tsx";
import { toSnippet } from "./snippet.ts";
import "./search.css";

/** Whoever writes pauses this long before what they have written is asked for. */
const pauseMs = 250;

/** Everything said in one's rooms, to be found. The address is the search. */
export function Search(props: { readonly query: string }) {
  const client = useClient();
  const [text, setText] = createSignal(props.query);
  const isEmpty = () => props.query.trim() === "";
  const found = createResults(() => (isEmpty() ? "" : props.query));
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const search = (wanted: string, wait = 0) => {
    setText(wanted);
    clearTimeout(timer);
    timer = setTimeout(() => navigate(searchPath(wanted), { replace: true }), wait);
  };
  createEffect(
    on(
      () => props.query,
      (query) => {
        // Back and forward change the address alone.
        if (query.trim() !== text().trim()) setText(query);
      },
      { defer: true },
    ),
  );
  const isOffline = () => client.status().kind === "offline";

  return (
    <Page icon="search" title="Search">
      <div class="search">
        <SearchField
          text={text()}
          onText={(wanted) => search(wanted, pauseMs)}
          onEnter={() => {
            rememberSearch(text());
            search(text());
          }}
        />
        <Show when={isEmpty()}>
          <Help onSearch={(wanted) => search(wanted)} />
        </Show>
        <p class="search-count" role="status">
          <Show when={!isEmpty() && !found.problem() && !found.mistake()}>
            <Show when={found.answered() !== undefined} fallback={<Late>Searching</Late>}>
              {countWords(found.results().length, found.cursor() !== null)}
            </Show>
          </Show>
        </p>
        <Show when={!isEmpty()}>
          <ul aria-label="Results">
            <For each={found.results()}>
              {(result) => <ResultRow result={result} onFollow={() => rememberSearch(props.query)} />}
            </For>
          </ul>
          <Switch>
            <Match when={found.mistake()}>
              {(mistake) => (
                <p class="search-note" role="alert">
                  {mistake()}
                </p>
              )}
            </Match>
            <Match when={found.problem()}>
              {(problem) => (
                <div class="search-note" role="alert">
                  <p>{isOffline() ? "Searching needs the server, which cannot be reached just now." : problem()}</p>
                  <Button onClick={() => found.retry()}>Try again</Button>
                </div>
              )}
            </Match>
            <Match when={found.cursor()} keyed>
              {(after) => <NextPage label="Show older results" onReached={() => found.more(after)} />}
            </Match>
          </Switch>
        </Show>
      </div>
    </Page>
  );
}

function ResultRow(props: { readonly result: Result; readonly onFollow: () => void }) {
  const client = useClient();
  const message = () => props.result.message;
  const author = () => client.person(message().author);
  const room = () => client.findRoom(props.result.room.id) ?? props.result.room;
  return (
    <li>
      <Excerpt
        href={messagePath(room().slug, message().id)}
        author={author()}
        at={message().createdAt}
        beside={
          <span class="search-room" dir="auto">
            {room().kind === "direct" ? room().name : `#${room().name}`}
          </span>
        }
        onFollow={() => props.onFollow()}
      >
        <For each={toSnippet(message().content, props.result.highlights)}>
          {(piece) => (piece.marked ? <mark>{piece.text}</mark> : piece.text)}
        </For>
      </Excerpt>
    </li>
  );
}

const examples = [
  ['"high tide"', "words next to each other"],
  ["boat*", "words that begin so"],
  ["-draft", "without a word"],
  ["from:me", "said by someone"],
  ["in:general", "in a room"],
  ["has:link", "with a link, file or reaction"],
  ["after:2026-11-01", "by day; also before: and on:"],
] as const;

/** What can be searched for, and what was. */
function Help(props: { readonly onSearch: (text: string) => void }) {
  const [recent, setRecent] = createSignal(readRecent());
  return (
    <>
      <Show when={recent().length > 0}>
        <section class="search-section" aria-labelledby="search-recent">
          <h2 id="search-recent">Recent searches</h2>
          <ul class="search-chips">
            <For each={recent()}>
              {(query) => (
                <li>
                  <button type="button" class="search-chip" onClick={() => props.onSearch(query)}>
                    <Icon name="clock" />
                    <span dir="auto">{query}</span>
                  </button>
                </li>
              )}
            </For>
          </ul>
          <button
            type="button"
            class="text-button"
            onClick={() => {
              forgetRecent();
              setRecent([]);
            }}
          >
            Forget these
          </button>
        </section>
      </Show>
      <section class="search-section" aria-labelledby="search-help">
        <h2 id="search-help">Ways to narrow a search</h2>
        <dl class="search-help">
          <For each={examples}>
            {([example, meaning]) => (
              <div>
                <dt>
                  <button type="button" class="search-example" onClick={() => props.onSearch(`${example} `)}>
                    {example}
                  </button>
                </dt>
                <dd>{meaning}</dd>
              </div>
            )}
          </For>
        </dl>
      </section>
    </>
  );
}

function countWords(count: number, more: boolean): string {
  if (count === 0)
    return more ? "Nothing so far. There is more to look through." : "Nothing was found. Try other or fewer words.";
  if (more) return `The newest ${count.toLocaleString()} results`;
  return count === 1 ? "1 result" : `${count.toLocaleString()} results`;
}
