import { createEffect, For, type JSX, Match, on, Switch } from "solid-js";
import { createAdmin } from "../../state/admin.ts";
import { useClient } from "../../state/client.ts";
import { Page } from "../../ui/Page.tsx";
import { adminPath } from "../../ui/router/routes.ts";
import { AuditLog } from "./AuditLog.tsx";
import { Invites } from "./Invites.tsx";
import { Overview } from "./Overview.tsx";
import { Rooms } from "./Rooms.tsx";
import { Users } from "./Users.tsx";
import "./admin.css";

const sections = [
  ["overview", "Overview"],
  ["people", "People"],
  ["rooms", "Rooms"],
  ["invites", "Invites"],
  ["settings", "Settings"],
  ["audit", "Audit log"],
] as const;

/** Where owners and admins look after the workspace. */
export function Admin(props: { readonly section: string; readonly settings: JSX.Element }) {
  const admin = createAdmin(useClient());
  let nav: HTMLElement | undefined;
  // A narrow screen shows a few of them at a time.
  createEffect(
    on(
      () => props.section,
      () => nav?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }),
    ),
  );
  return (
    <Page
      icon="settings"
      title="Admin area"
      sections={
        <nav
          ref={(element) => {
            nav = element;
          }}
          class="admin-sections"
          aria-label="Admin area"
        >
          <For each={sections}>
            {([name, title]) => (
              <a href={adminPath(name)} aria-current={props.section === name ? "page" : undefined}>
                {title}
              </a>
            )}
          </For>
        </nav>
      }
    >
      <div class="admin">
        <h2 class="sr-only">{sections.find(([name]) => name === props.section)?.[1]}</h2>
        <Switch fallback={<p class="admin-note">There is nothing here.</p>}>
          <Match when={props.section === "people"}>
            <Users admin={admin} />
          </Match>
          <Match when={props.section === "rooms"}>
            <Rooms admin={admin} />
          </Match>
          <Match when={props.section === "invites"}>
            <Invites admin={admin} />
          </Match>
          <Match when={props.section === "settings"}>{props.settings}</Match>
          <Match when={props.section === "overview"}>
            <Overview admin={admin} />
          </Match>
          <Match when={props.section === "audit"}>
            <AuditLog admin={admin} />
          </Match>
        </Switch>
      </div>
    </Page>
  );
}
