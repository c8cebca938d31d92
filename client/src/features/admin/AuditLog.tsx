import type { AuditAct, AuditEntry } from "@parley/protocol/model";
import { For, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { createPages } from "../../ui/pages.ts";
import { formatFull } from "../../ui/time.ts";
import { explain } from "../words.ts";

const words: Readonly<Record<AuditAct, string>> = {
  "user.created": "opened an account for",
  "user.role_changed": "changed the role of",
  "user.deactivated": "deactivated",
  "user.reactivated": "reactivated",
  "user.signed_out": "signed out everywhere",
  "password.link_made": "made a reset link for",
  "password.link_mailed": "asked for a reset link by mail for",
  "password.reset": "used a reset link of",
  "password.changed": "changed the password of",
  "room.deleted": "deleted the room",
  "room.handed_over": "handed over the room",
  "room.role_changed": "changed a role in",
  "room.member_removed": "removed someone from",
  "room.archived": "archived the room",
  "room.reopened": "took back into use",
  "invite.revoked": "revoked an invite to",
  "workspace.renamed": "renamed the workspace to",
  "workspace.sign_up_changed": "changed who may sign up to",
  "workspace.picture_changed": "changed the picture of",
};

const nobody = (act: AuditAct) => (act === "password.link_mailed" ? "Someone signed out" : "The command line");

/** What was done, newest first. Nothing here can be changed. */
export function AuditLog(props: { readonly admin: Admin }) {
  const pages = createPages<AuditEntry>(async (cursor) => {
    const page = await props.admin.listAudit(cursor);
    return { items: page.entries, cursor: page.before === null ? null : String(page.before) };
  }, explain);
  return (
    <>
      <ul class="admin-list" aria-label="Audit log">
        <For each={pages.items()}>
          {(entry) => (
            <li class="admin-row">
              <span class="admin-words">
                <span dir="auto">
                  <b>{entry.actor?.displayName ?? nobody(entry.act)}</b> {words[entry.act]} <b>{entry.target?.name}</b>
                  <Show when={entry.detail}>{(detail) => ` (${detail()})`}</Show>
                </span>
                <small>
                  <time dateTime={entry.at}>{formatFull(entry.at)}</time>
                  <Show when={entry.address}>{(address) => ` · ${address()}`}</Show>
                </small>
              </span>
            </li>
          )}
        </For>
      </ul>
      <PageEnd pages={pages} empty="Nothing was done yet." />
    </>
  );
}
