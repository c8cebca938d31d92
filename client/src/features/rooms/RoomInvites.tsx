import { limits } from "@parley/protocol/limits";
import type { Invite, Room } from "@parley/protocol/model";
import { createEffect, createSignal, Match, Show, Switch, untrack } from "solid-js";
import { useClient } from "../../state/client.ts";
import { createAttempt } from "../../ui/attempt.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice, type Option } from "../../ui/Choice.tsx";
import { copyText } from "../../ui/clipboard.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field } from "../../ui/Field.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { createForm } from "../../ui/form.ts";
import { Icon } from "../../ui/Icon.tsx";
import { isNarrow } from "../../ui/media.ts";
import { notify } from "../../ui/notices.tsx";
import { formatFull } from "../../ui/time.ts";
import { explain } from "../words.ts";

/** The invite link of a room: copy it, replace it by a new one, take it back. */
export function RoomInvites(props: { readonly room: Room }) {
  const client = useClient();
  const [invites, setInvites] = createSignal<readonly Invite[]>();
  const [making, setMaking] = createSignal(false);
  const current = () => invites()?.[0];

  const attempt = createAttempt(explain);
  const load = async (room: string) => void setInvites(await client.listInvites(room));
  // Whoever comes may have used the invite, or used it up.
  createEffect(() => {
    const { id, memberCount } = props.room;
    if (memberCount >= 0) void untrack(() => attempt(() => load(id)));
  });

  const revoke = (invite: Invite) =>
    attempt(async () => {
      await client.revokeInvite(invite.code);
      await load(props.room.id);
      notify("The invite link does not work any more.");
    });
  /** The new link first, so that a failure in between leaves one that works. */
  const replace = async (choices: { readonly expiresAt: string | null; readonly maxUses: number | null }) => {
    const before = current();
    const invite = await client.createInvite(props.room.id, choices);
    if (before) await client.revokeInvite(before.code);
    await load(props.room.id);
    await copyText(invite.url, "New invite link copied");
  };

  return (
    <section class="details-part" aria-labelledby="invites-title">
      <h3 id="invites-title" class="details-title" aria-level={isNarrow() ? 2 : undefined}>
        Invite link
      </h3>
      <FormProblem text={attempt.problem()} />
      <Switch>
        <Match when={current()}>
          {(invite) => (
            <div class="invite">
              <p class="details-note">Whoever opens it can come in. {describe(invite())}</p>
              <div class="invite-link">
                <code>{invite().url.replace(/^https?:\/\//, "")}</code>
                <Button kind="primary" onClick={() => void copyText(invite().url, "Invite link copied")}>
                  <Icon name="copy" />
                  Copy
                </Button>
              </div>
              <div class="invite-acts">
                <Button kind="quiet" onClick={() => setMaking(true)}>
                  <Icon name="renew" />
                  New link
                </Button>
                <Button kind="danger-quiet" busy={attempt.busy()} onClick={() => void revoke(invite())}>
                  Take back
                </Button>
              </div>
            </div>
          )}
        </Match>
        <Match when={invites()}>
          <div class="invite">
            <p class="details-note">There is no link yet. With one, you can ask people in.</p>
            <Button onClick={() => setMaking(true)}>
              <Icon name="link" />
              Make an invite link
            </Button>
          </div>
        </Match>
      </Switch>
      <Show when={making()}>
        <NewInvite replaces={current() !== undefined} make={replace} onClose={() => setMaking(false)} />
      </Show>
    </section>
  );
}

type Life = "ever" | "day" | "week" | "month";
const lives: readonly Option<Life>[] = [
  { value: "ever", label: "No end" },
  { value: "day", label: "1 day" },
  { value: "week", label: "7 days" },
  { value: "month", label: "30 days" },
];
const lifeDays = { ever: null, day: 1, week: 7, month: 30 } as const;
const dayMs = 24 * 60 * 60 * 1000;

function NewInvite(props: {
  readonly replaces: boolean;
  readonly make: (choices: { readonly expiresAt: string | null; readonly maxUses: number | null }) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [life, setLife] = createSignal<Life>("ever");
  const [uses, setUses] = createSignal("");
  const form = createForm({
    check: () => ({ uses: checkUses(uses().trim()) }),
    async send() {
      const days = lifeDays[life()];
      await props.make({
        expiresAt: days === null ? null : new Date(Date.now() + days * dayMs).toISOString(),
        maxUses: uses().trim() === "" ? null : Number(uses()),
      });
      props.onClose();
    },
    explain: (error) => ({ "": explain(error) }),
  });
  return (
    <Dialog title="New invite link" kind="small" onClose={() => props.onClose()}>
      <form class="form" onSubmit={form.onSubmit} novalidate>
        <Show when={props.replaces}>
          <p class="dialog-text">The link you have now stops working.</p>
        </Show>
        <FormProblem text={form.problem("")} />
        <Choice label="Works for" options={lives} value={life()} onChange={setLife} compact />
        <Field
          label="How many people may use it"
          bound={form.field("uses", uses, setUses)}
          autocomplete="off"
          placeholder="Any number"
          optional
        />
        <div class="buttons">
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button kind="primary" type="submit" busy={form.busy()}>
            Make link
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function checkUses(uses: string): string | undefined {
  if (uses === "") return undefined;
  const valid = /^\d{1,6}$/.test(uses) && Number(uses) >= 1 && Number(uses) <= limits.inviteMaxUses;
  return valid ? undefined : `Enter a number from 1 to ${limits.inviteMaxUses.toLocaleString()}, or nothing.`;
}

function describe({ expiresAt, maxUses, uses }: Invite): string {
  const used =
    maxUses === null ? `Used ${uses === 1 ? "once" : `${uses} times`}.` : `Used ${uses} of ${maxUses} times.`;
  return expiresAt === null ? used : `${used} Works until ${formatFull(expiresAt)}.`;
}
