import type { InviteListing } from "@parley/protocol/model";
import { createSignal, Index, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { Ask } from "../../ui/Ask.tsx";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { createPages } from "../../ui/pages.ts";
import { formatDate, formatFull } from "../../ui/time.ts";
import { explain } from "../words.ts";

/** Every invite that still lets someone in. */
export function Invites(props: { readonly admin: Admin }) {
  const [revoking, setRevoking] = createSignal<InviteListing>();
  const pages = createPages<InviteListing>(async (cursor) => {
    const page = await props.admin.listInvites(cursor);
    return { items: page.invites, cursor: page.cursor };
  }, explain);
  return (
    <>
      <ul aria-label="Invites">
        <Index each={pages.items()}>
          {(invite) => (
            <li class="admin-row">
              <Icon name="link" />
              <span class="two-lines admin-words">
                <b dir="auto">{invite().room.name}</b>
                <small dir="auto">
                  Made by {invite().createdBy.displayName}, {formatDate(invite().createdAt)}
                </small>
                <small>{describe(invite())}</small>
              </span>
              <Button kind="danger-quiet" onClick={() => setRevoking(invite())}>
                Revoke
                <span class="sr-only"> an invite to {invite().room.name}</span>
              </Button>
            </li>
          )}
        </Index>
      </ul>
      <PageEnd pages={pages} empty="No invite is open." />
      <Show when={revoking()}>
        {(invite) => (
          <Ask
            title={`Revoke this invite to ${invite().room.name}?`}
            act="Revoke"
            explain={explain}
            onClose={() => setRevoking(undefined)}
            send={async () => {
              const { code } = invite();
              await props.admin.revokeInvite(code);
              pages.replace((each) => each.code === code, null);
            }}
          >
            The link stops working. Who came in with it stays.
          </Ask>
        )}
      </Show>
    </>
  );
}

function describe({ uses, maxUses, expiresAt }: InviteListing): string {
  const used = maxUses === null ? `Used ${uses} times` : `Used ${uses} of ${maxUses} times`;
  return expiresAt === null ? used : `${used} · until ${formatFull(expiresAt)}`;
}
