import { limits } from "@parley/protocol/limits";
import type { User, UserId } from "@parley/protocol/model";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { createInSight } from "../../ui/in-sight.ts";
import { isNarrow } from "../../ui/media.ts";
import { notify } from "../../ui/notices.tsx";
import { Page } from "../../ui/Page.tsx";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { PersonButton } from "../../ui/PersonButton.tsx";
import { PresenceDot } from "../../ui/PresenceDot.tsx";
import { createPages } from "../../ui/pages.ts";
import { createPaused } from "../../ui/paused.ts";
import { navigate } from "../../ui/router/router.ts";
import { roomPath } from "../../ui/router/routes.ts";
import { SearchBox } from "../../ui/SearchBox.tsx";
import { explain } from "../words.ts";
import "./people.css";

/** Others than oneself in one direct room. */
const maxOthers = limits.directRoomUsers - 1;

/** Everyone here, to be found, and written to: one alone, or several together. */
export function People() {
  const client = useClient();
  const [query, setQuery] = createSignal("");
  const [chosen, setChosen] = createSignal<readonly User[]>([]);
  const [opening, setOpening] = createSignal<UserId | "group">();
  const asked = createPaused(query);
  const directory = createPages<User>(async (cursor) => {
    const page = await client.listPeople(asked(), cursor);
    return { items: page.users, cursor: page.cursor };
  }, explain);
  createEffect(on(asked, () => directory.reload(), { defer: true }));
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
    <Page icon="users" title="People">
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
        <ul aria-label="People">
          <For each={directory.items()}>
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
        <PageEnd pages={directory} empty="Nobody has that name." more="Show more people" />
      </div>
    </Page>
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
  const { ref, inSight } = createInSight();
  return (
    <li class="people-row" ref={ref}>
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
        <PresenceDot presence={inSight() ? client.presence(props.user.id) : undefined}>
          <Avatar id={props.user.id} name={user().displayName} picture={user().avatar} size="large" />
        </PresenceDot>
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
