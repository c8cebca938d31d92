import type { AuditEntry } from "@parley/protocol/audit";
import { limits } from "@parley/protocol/limits";
import type { UserRecord } from "@parley/protocol/model";
import { createEffect, createMemo, createSignal, createUniqueId, For, on, onCleanup, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { Icon } from "../../ui/Icon.tsx";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { createPages } from "../../ui/pages.ts";
import { createPaused } from "../../ui/paused.ts";
import { navigate, place } from "../../ui/router/router.ts";
import { adminPath } from "../../ui/router/routes.ts";
import { SearchBox } from "../../ui/SearchBox.tsx";
import { dayOf, formatClock, formatDay, formatFull } from "../../ui/time.ts";
import { explain } from "../words.ts";
import { groups, tell } from "./audit-words.ts";

/** What was done, newest first, as far as the address narrows it. Nothing here can be changed. */
export function AuditLog(props: { readonly admin: Admin }) {
  const narrowed = createMemo(() => `${new URLSearchParams(place().search)}`);
  const asked = (name: "act" | "user") => new URLSearchParams(narrowed()).get(name) ?? "";
  const narrow = (name: "act" | "user", value: string) => {
    const search = new URLSearchParams(narrowed());
    if (value === "") search.delete(name);
    else search.set(name, value);
    navigate(`${adminPath("audit")}${search.size > 0 ? `?${search}` : ""}`, { replace: true });
  };
  const pages = createPages<AuditEntry>(async (cursor) => {
    const page = await props.admin.listAudit({ act: asked("act"), user: asked("user"), before: cursor });
    return { items: page.entries, cursor: page.before === null ? null : String(page.before) };
  }, explain);
  createEffect(on(narrowed, () => pages.reload(), { defer: true }));
  const days = createMemo(() => Map.groupBy(pages.items(), ({ at }) => dayOf(at)));

  return (
    <>
      <div class="admin-tools">
        <select
          class="input admin-select"
          aria-label="What was done"
          value={asked("act")}
          onChange={(event) => narrow("act", event.currentTarget.value)}
        >
          <option value="">Everything that was done</option>
          <For each={groups}>
            {({ title, acts }) => (
              <optgroup label={title}>
                <For each={Object.entries(acts)}>{([act, { filter }]) => <option value={act}>{filter}</option>}</For>
              </optgroup>
            )}
          </For>
        </select>
        <PersonFilter admin={props.admin} value={asked("user")} onPerson={(username) => narrow("user", username)} />
      </div>
      <section class="audit" aria-label="Audit log">
        <For each={[...days().keys()]}>
          {(day) => (
            <>
              <h3>{formatDay(day)}</h3>
              <ul>
                <For each={days().get(day)}>{(entry) => <Entry of={entry} />}</For>
              </ul>
            </>
          )}
        </For>
      </section>
      <PageEnd pages={pages} empty={narrowed() === "" ? "Nothing was done yet." : "Nothing like it was done."} />
    </>
  );
}

function Entry(props: { readonly of: AuditEntry }) {
  const told = () => tell(props.of);
  return (
    <li class="admin-row audit-entry">
      <Icon name={told().icon} />
      <span class="admin-words">
        <span dir="auto">
          <b>{told().who}</b> {told().does} <b>{told().whom}</b>
          <Show when={props.of.detail}>{(detail) => ` (${detail()})`}</Show>
        </span>
        <Show when={props.of.address}>{(address) => <small>from {address()}</small>}</Show>
      </span>
      <time dateTime={props.of.at} title={formatFull(props.of.at)}>
        {formatClock(props.of.at)}
      </time>
    </li>
  );
}

/** A person by user name; those whose names fit what is written are offered. */
function PersonFilter(props: {
  readonly admin: Admin;
  readonly value: string;
  /** Empty: everybody. */
  readonly onPerson: (username: string) => void;
}) {
  const id = createUniqueId();
  const [text, setText] = createSignal(props.value);
  const written = createPaused(() => text().trim());
  const [people, setPeople] = createSignal<readonly UserRecord[]>([]);
  const [unknown, setUnknown] = createSignal(false);
  let told = props.value;
  let asked = 0;
  onCleanup(() => asked++);
  createEffect(
    on(
      written,
      async (q) => {
        const mine = ++asked;
        const users =
          q === ""
            ? []
            : await props.admin.listUsers(q).then(
                (page) => page.users,
                () => [],
              );
        if (mine !== asked) return;
        setPeople(users);
        setUnknown(q !== "" && users.length === 0);
        told = users.find(({ username }) => username.toLowerCase() === q.toLowerCase())?.username ?? "";
        props.onPerson(told);
      },
      { defer: true },
    ),
  );
  // The address may change without anyone writing here.
  createEffect(() => {
    const { value } = props;
    if (value !== told) setText(value);
    told = value;
  });
  return (
    <SearchBox
      label="By or about a user name"
      maxLength={limits.usernameMax}
      value={text()}
      onInput={setText}
      offeredId={id}
    >
      <datalist id={id}>
        <For each={people()}>{({ username, displayName }) => <option value={username}>{displayName}</option>}</For>
      </datalist>
      <p class="admin-unknown" role="status">
        <Show when={unknown()}>Nobody is called like that.</Show>
      </p>
    </SearchBox>
  );
}
