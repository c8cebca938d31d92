import { formatBytes } from "@parley/protocol/bytes";
import type { Overview, StorageRecord } from "@parley/protocol/model";
import { For, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { PersonButton } from "../../ui/PersonButton.tsx";
import { createPages } from "../../ui/pages.ts";
import { explain } from "../words.ts";
import { count } from "./count.ts";

/** Less of the disk than this is worth a word. */
const scarceBytes = 2 ** 30;

const size = (bytes: number) => formatBytes(bytes, 1024);

/** What files take, against what they may take. */
export function Storage(props: { readonly admin: Admin; readonly of: Overview }) {
  const storage = () => props.of.storage;
  const taken = () => Object.values(storage().files).reduce((sum, { bytes }) => sum + bytes, 0);
  const people = createPages<StorageRecord>(async (cursor) => {
    const page = await props.admin.listStorage(cursor);
    return { items: page.users, cursor: page.cursor };
  }, explain);
  return (
    <>
      <section>
        <h3>Storage</h3>
        <div class="overview-bar">
          <p>
            <b>{size(taken())}</b> of {size(storage().workspaceBytes)} for files
          </p>
          <Meter
            label="Files"
            value={taken()}
            max={storage().workspaceBytes}
            text={`${size(taken())} of ${size(storage().workspaceBytes)}`}
          />
          <Show when={taken() >= 0.9 * storage().workspaceBytes}>
            <p class="overview-warning">Nearly full. At the limit new files are refused; messages go on.</p>
          </Show>
        </div>
        <dl class="overview-facts">
          <Use term="On messages" of={storage().files.attachment} />
          <Use term="Pictures of people" of={storage().files.avatar} />
          <Use term="Picture of the workspace" of={storage().files.picture} />
          <Show when={storage().freeBytes !== null}>
            <div>
              <dt>Left on the disk</dt>
              <dd>
                {size(storage().freeBytes ?? 0)}
                <Show when={(storage().freeBytes ?? 0) < scarceBytes}>
                  <span class="overview-warning"> That is little.</span>
                </Show>
              </dd>
            </div>
          </Show>
          <div>
            <dt>Limits</dt>
            <dd>
              {size(storage().fileBytes)} a file · {size(storage().userBytes)} a person
            </dd>
          </div>
        </dl>
      </section>
      <section>
        <h3>Who stores most</h3>
        <ol aria-label="Who stores most">
          <For each={people.items()}>
            {({ user, bytes }) => (
              <li class="admin-row">
                <Avatar id={user.id} name={user.displayName} picture={user.avatar} />
                <span class="overview-person">
                  <PersonButton id={user.id}>
                    <b dir="auto">{user.displayName}</b>
                  </PersonButton>
                  <small>{size(bytes)}</small>
                  <Meter
                    label={`Files of ${user.displayName}`}
                    value={bytes}
                    max={storage().userBytes}
                    text={`${size(bytes)} of ${size(storage().userBytes)}`}
                  />
                </span>
              </li>
            )}
          </For>
        </ol>
        <PageEnd pages={people} empty="Nobody has stored a file." />
      </section>
    </>
  );
}

function Use(props: { readonly term: string; readonly of: { readonly count: number; readonly bytes: number } }) {
  return (
    <div>
      <dt>{props.term}</dt>
      <dd>{props.of.count === 0 ? "Nothing" : `${size(props.of.bytes)} · ${count(props.of.count, "file")}`}</dd>
    </div>
  );
}
