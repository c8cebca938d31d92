import { limits } from "@parley/protocol/limits";
import type { User, UserId } from "@parley/protocol/model";
import { createEffect, createSignal, For, on, onCleanup, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Late } from "../../ui/Late.tsx";
import { isNarrow } from "../../ui/media.ts";
import { NextPage } from "../../ui/NextPage.tsx";
import { notify } from "../../ui/notices.tsx";
import { PersonButton } from "../../ui/PersonButton.tsx";
import { goUp, navigate } from "../../ui/router/router.ts";
import { homePath, roomPath } from "../../ui/router/routes.ts";
import { SearchBox } from "../../ui/SearchBox.tsx";
import { explain } from "../words.ts";
import "./people.css";

/** Whoever writes pauses this long before what they have written is asked for. */
const pauseMs = 150;
/** Others than oneself in one direct room. */
const maxOthers = limits.directRoomUsers - 1;

/** Everyone here, to be found, and written to: one alone, or several together. */
export function People() {
  const client = useClient();
  const [query, setQuery] = createSignal("");
  const [chosen, setChosen] = createSignal<readonly User[]>([]);
  const [opening, setOpening] = createSignal<UserId | "group">();
  const directory = createDirectory(query);
  const isChosen = (id: UserId) => chosen().some((user) => user.id === id);
  const drop = (id: UserId) => setChosen((users) => users.filter((user) => user.id !== id));
  const choose = (user: User, wanted: boolean) => {
    if (!wanted) drop(user.id);
    else if (chosen().length < maxOthers) setChosen((users) => [...users, user]);
    else notify(`A direct room has at most ${limits.directRoomUsers} people.`);
  };
  const write = async (users: readonly User[], busy: UserId | "group") => {
    setOpening(busy);
    try {
      const room = await client.openDirectRoom(users.map(({ id }) => id));
      navigate(roomPath(room.slug));
    } catch (error) {
      notify(explain(error));
    } finally {
      setOpening(undefined);
    }
  };

  return (
    <div class="page">
      <header class="room-head">
        <Show when={isNarrow()}>
          <IconButton icon="back" label="Back to rooms" onClick={() => goUp(homePath)} />
        </Show>
        <div class="room-title">
          <Icon name="users" />
          <h1>People</h1>
        </div>
      </header>
      <div class="page-body">
        <div class="people">
          <SearchBox
            label="Find people"
            placeholder="Find people by name"
            maxLength={limits.peopleQueryLength}
            autofocus={!isNarrow()}
            value={query()}
            onInput={setQuery}
          />
          <Show when={chosen().length > 0}>
            <section class="people-chosen" aria-label="Selected">
              <For each={chosen()}>
                {(user) => (
                  <button type="button" class="people-chip" onClick={() => drop(user.id)}>
                    <span class="sr-only">Remove </span>
                    <span dir="auto">{user.displayName}</span>
                    <Icon name="x" />
                  </button>
                )}
              </For>
              <Button kind="primary" busy={opening() === "group"} onClick={() => void write(chosen(), "group")}>
                {chosen().length === 1 ? "Message 1 person" : `Message ${chosen().length} people`}
              </Button>
            </section>
          </Show>
          <ul class="people-list" aria-label="People">
            <For each={directory.users()}>
              {(user) => (
                <Person
                  user={user}
                  chosen={isChosen(user.id)}
                  busy={opening() === user.id}
                  onChoose={(wanted) => choose(user, wanted)}
                  onWrite={() => void write([user], user.id)}
                />
              )}
            </For>
          </ul>
          <Show when={directory.problem()}>
            {(text) => (
              <div class="people-note" role="alert">
                <p>{text()}</p>
                <Button onClick={() => directory.retry()}>Try again</Button>
              </div>
            )}
          </Show>
          <p class="people-note" role="status">
            <Show when={directory.users().length === 0 && !directory.problem()}>
              <Show when={directory.cursor() === undefined} fallback="Nobody has that name.">
                <Late>Looking</Late>
              </Show>
            </Show>
          </p>
          <Show when={!directory.problem() && directory.cursor()} keyed>
            {(after) => <NextPage label="Show more people" onReached={() => directory.more(after)} />}
          </Show>
        </div>
      </div>
    </div>
  );
}

function Person(props: {
  readonly user: User;
  readonly chosen: boolean;
  readonly busy: boolean;
  readonly onChoose: (wanted: boolean) => void;
  readonly onWrite: () => void;
}) {
  const client = useClient();
  const user = () => client.knownUser(props.user.id) ?? props.user;
  const isMe = () => props.user.id === client.me().id;
  return (
    <li class="people-row">
      <label class="people-check">
        <input
          type="checkbox"
          aria-label={`Select ${user().displayName}`}
          disabled={isMe()}
          checked={props.chosen}
          onChange={(event) => {
            props.onChoose(event.currentTarget.checked);
            event.currentTarget.checked = props.chosen;
          }}
        />
      </label>
      <PersonButton id={props.user.id} class="people-person">
        <Avatar id={props.user.id} name={user().displayName} picture={user().avatar} size="large" />
        <span class="two-lines people-words">
          <b dir="auto">
            {user().displayName}
            <Show when={isMe()}> (you)</Show>
          </b>
          <small dir="auto">
            @{user().username}
            <Show when={user().status}>{(status) => ` · ${status()}`}</Show>
          </small>
        </span>
      </PersonButton>
      <Button busy={props.busy} onClick={() => props.onWrite()}>
        {isMe() ? "Notes" : "Message"}
        <span class="sr-only">{isMe() ? " to yourself" : ` ${user().displayName}`}</span>
      </Button>
    </li>
  );
}

/** The people whose names fit, page by page. What was asked for before the query changed is not waited for. */
function createDirectory(query: () => string) {
  const client = useClient();
  const [users, setUsers] = createSignal<readonly User[]>([]);
  /** Undefined until the first page is here. */
  const [cursor, setCursor] = createSignal<string | null>();
  const [problem, setProblem] = createSignal<string>();
  let loads = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const load = async (after?: string) => {
    const mine = ++loads;
    setProblem(undefined);
    try {
      const page = await client.listPeople(query(), after);
      if (mine !== loads) return;
      setUsers((before) => (after === undefined ? page.users : [...before, ...page.users]));
      setCursor(page.cursor);
    } catch (error) {
      if (mine === loads) setProblem(explain(error));
    }
  };
  createEffect(
    on(query, (_, before) => {
      clearTimeout(timer);
      timer = setTimeout(() => void load(), before === undefined ? 0 : pauseMs);
    }),
  );
  onCleanup(() => {
    clearTimeout(timer);
    loads += 1;
  });
  return {
    users,
    cursor,
    problem,
    more: (after: string) => void load(after),
    retry: () => void load(cursor() ?? undefined),
  };
}
