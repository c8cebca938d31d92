import { formatBytes } from "@parley/protocol/bytes";
import type { Overview as Numbers } from "@parley/protocol/model";
import { createSignal, type JSX, onCleanup, onMount, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { Button } from "../../ui/Button.tsx";
import { Late } from "../../ui/Late.tsx";
import { adminPath } from "../../ui/router/routes.ts";
import { formatFull } from "../../ui/time.ts";
import { explain } from "../words.ts";
import { Backup } from "./Backup.tsx";
import { count } from "./count.ts";
import { Storage } from "./Storage.tsx";
import "./overview.css";

/** How old the numbers get while somebody looks at them. */
const renewMs = 30_000;

/** The workspace at a glance. */
export function Overview(props: { readonly admin: Admin }) {
  const [numbers, setNumbers] = createSignal<Numbers>();
  const [problem, setProblem] = createSignal<string>();
  const load = async () => {
    try {
      setNumbers(await props.admin.getOverview());
      setProblem(undefined);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  onMount(() => void load());
  const timer = setInterval(() => document.visibilityState === "visible" && void load(), renewMs);
  onCleanup(() => clearInterval(timer));
  return (
    <>
      <Show when={problem()}>
        {(text) => (
          <div class="admin-note" role="alert">
            <p>{text()}</p>
            <Button onClick={() => void load()}>Try again</Button>
          </div>
        )}
      </Show>
      <Show
        when={numbers()}
        fallback={
          <Show when={!problem()}>
            <Late>
              <p class="admin-note">Loading</p>
            </Late>
          </Show>
        }
      >
        {(known) => (
          <div class="overview">
            <Counts of={known()} />
            <Storage admin={props.admin} of={known()} />
            <Backup of={known().backup} />
            <Facts of={known()} />
          </div>
        )}
      </Show>
    </>
  );
}

function Counts(props: { readonly of: Numbers }) {
  return (
    <dl class="overview-counts">
      <Count term="Here now" value={props.of.here.people}>
        {count(props.of.here.connections, "connection")}
      </Count>
      <Count term="People" value={props.of.users.active}>
        <span>{props.of.users.signedIn.toLocaleString()} signed in</span>
        <Show when={props.of.users.deactivated > 0}>
          {" · "}
          <span>{props.of.users.deactivated.toLocaleString()} deactivated</span>
        </Show>
      </Count>
      <Count term="Rooms" value={props.of.rooms.public + props.of.rooms.private}>
        <span>{props.of.rooms.public.toLocaleString()} public</span>
        {" · "}
        <span>{props.of.rooms.private.toLocaleString()} private</span>
      </Count>
      <Count term="Messages" value={props.of.messages}>
        Sent so far
      </Count>
    </dl>
  );
}

function Count(props: { readonly term: string; readonly value: number; readonly children: JSX.Element }) {
  return (
    <div>
      <dt>{props.term}</dt>
      <dd>
        <b>{props.value.toLocaleString()}</b>
        <small>{props.children}</small>
      </dd>
    </div>
  );
}

const policies = { open: "Open to anyone", invite: "By invite", closed: "Closed" } as const;
const stores = {
  folder: "In the data folder of this server",
  s3: "In an S3 bucket",
  cloudinary: "At Cloudinary",
} as const;

/** The settings that hold, and the server itself. */
function Facts(props: { readonly of: Numbers }) {
  return (
    <section>
      <h3>Settings and server</h3>
      <dl class="overview-facts">
        <Fact term="New accounts">
          {policies[props.of.settings.signUp]} · <a href={adminPath("settings")}>Change</a>
        </Fact>
        <Fact term="Mail">
          {props.of.settings.mail ? "On: people can have a reset link mailed" : "Off: reset links are made by admins"}
        </Fact>
        <Fact term="Files">{stores[props.of.settings.fileStore]}</Fact>
        <Fact term="Address">{props.of.settings.publicUrl ?? "Whichever people open it by"}</Fact>
        <Fact term="Version">{props.of.version}</Fact>
        <Fact term="Running since">{formatFull(props.of.startedAt)}</Fact>
        <Fact term="Database">{formatBytes(props.of.databaseBytes, 1024)}</Fact>
        <Fact term="Epoch">
          <code>{props.of.epoch}</code>
        </Fact>
      </dl>
    </section>
  );
}

function Fact(props: { readonly term: string; readonly children: JSX.Element }) {
  return (
    <div>
      <dt>{props.term}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
