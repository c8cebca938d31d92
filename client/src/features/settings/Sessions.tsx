import type { Session } from "@parley/protocol/model";
import { createSignal, For, onMount, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { createAttempt } from "../../ui/attempt.ts";
import { Button } from "../../ui/Button.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Late } from "../../ui/Late.tsx";
import { formatAgo, formatDate } from "../../ui/time.ts";
import { explain } from "../words.ts";
import { describeBrowser } from "./browser-name.ts";

/** The sessions of this user, each of which can be ended from here. */
export function Sessions() {
  const client = useClient();
  const [sessions, setSessions] = createSignal<readonly Session[]>();
  const [ending, setEnding] = createSignal<string>();

  const attempt = createAttempt(explain);
  const load = async () => void setSessions(await client.listSessions());
  const end = (session: Session) =>
    attempt(async () => {
      setEnding(session.id);
      await client.revokeSession(session.id).finally(() => setEnding(undefined));
      await load();
    });
  onMount(() => void attempt(load));

  return (
    <>
      <FormProblem text={attempt.problem()} />
      <Show
        when={sessions()}
        fallback={
          <Show when={!attempt.problem()}>
            <Late>
              <p class="details-note">Loading sessions</p>
            </Late>
          </Show>
        }
      >
        {(list) => (
          <ul>
            <For each={list()}>
              {(session) => (
                <li class="session">
                  <Icon name="monitor" />
                  <span class="session-words">
                    <b>{describeBrowser(session.userAgent)}</b>
                    <small>
                      {session.current ? "This session" : `Last seen ${formatAgo(session.lastSeenAt)}`}
                      {` · since ${formatDate(session.createdAt)}`}
                      <Show when={session.address}>{` · ${session.address}`}</Show>
                    </small>
                  </span>
                  <Show when={!session.current}>
                    <Button busy={ending() === session.id} onClick={() => void end(session)}>
                      Sign out
                      <span class="sr-only"> there</span>
                    </Button>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        )}
      </Show>
    </>
  );
}
