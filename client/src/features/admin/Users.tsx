import { limits } from "@parley/protocol/limits";
import type { UserRecord } from "@parley/protocol/model";
import { createEffect, createSignal, Index, on, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Button } from "../../ui/Button.tsx";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { createPages } from "../../ui/pages.ts";
import { createPaused } from "../../ui/paused.ts";
import { SearchBox } from "../../ui/SearchBox.tsx";
import { formatAgo } from "../../ui/time.ts";
import { explain } from "../words.ts";
import { AddUser } from "./AddUser.tsx";
import { ManageUser } from "./ManageUser.tsx";
import { roleNames } from "./roles.ts";

/** Everybody with an account, and what can be done about it. */
export function Users(props: { readonly admin: Admin }) {
  const client = useClient();
  const [text, setText] = createSignal("");
  const query = createPaused(() => text().trim());
  const [managed, setManaged] = createSignal<string>();
  const [adding, setAdding] = createSignal(false);
  const pages = createPages<UserRecord>(async (cursor) => {
    const page = await props.admin.listUsers(query(), cursor);
    return { items: page.users, cursor: page.cursor };
  }, explain);
  createEffect(on(query, () => pages.reload(), { defer: true }));
  const found = () => pages.items().find(({ id }) => id === managed());

  return (
    <>
      <div class="admin-tools">
        <SearchBox
          label="Find people by name or e-mail"
          maxLength={limits.searchLength}
          value={text()}
          onInput={setText}
        />
        <Button onClick={() => setAdding(true)}>Add a person</Button>
      </div>
      <ul aria-label="People">
        <Index each={pages.items()}>
          {(user) => (
            <li class="admin-row" data-off={user().deactivatedAt ? "" : undefined}>
              <Avatar id={user().id} name={user().displayName} picture={user().avatar} size="large" />
              <span class="two-lines admin-words">
                <b dir="auto">
                  {user().displayName}
                  <Show when={user().id === client.me().id}> (you)</Show>
                </b>
                <small dir="auto">
                  @{user().username}
                  <Show when={user().email}>{(email) => ` · ${email()}`}</Show>
                </small>
                <small>{describe(user())}</small>
              </span>
              <Show when={user().id !== client.me().id}>
                <Button onClick={() => setManaged(user().id)}>
                  Manage
                  <span class="sr-only"> {user().displayName}</span>
                </Button>
              </Show>
            </li>
          )}
        </Index>
      </ul>
      <PageEnd pages={pages} empty="Nobody fits." />
      <Show when={found()}>
        {(user) => (
          <ManageUser
            admin={props.admin}
            user={user()}
            onChanged={(changes) => pages.replace(({ id }) => id === user().id, { ...user(), ...changes })}
            onClose={() => setManaged(undefined)}
          />
        )}
      </Show>
      <Show when={adding()}>
        <AddUser admin={props.admin} onAdded={() => pages.reload()} onClose={() => setAdding(false)} />
      </Show>
    </>
  );
}

function describe({ role, deactivatedAt, sessions, lastSeenAt }: UserRecord): string {
  if (deactivatedAt) return `Deactivated · ${roleNames[role]}`;
  const open = sessions === 1 ? "1 session" : `${sessions} sessions`;
  return `${roleNames[role]} · ${open} · ${lastSeenAt ? `seen ${formatAgo(lastSeenAt)}` : "never seen"}`;
}
