import { ParleyError } from "@parley/protocol/errors";
import type { InvitePreview } from "@parley/protocol/model";
import { createEffect, createSignal, Match, onCleanup, Show, Switch } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { createForm } from "../../ui/form.ts";
import { navigate } from "../../ui/router/router.ts";
import { homePath, roomPath, signInPath } from "../../ui/router/routes.ts";
import { explain } from "../words.ts";

type Found =
  | { readonly kind: "asking" }
  | { readonly kind: "usable"; readonly preview: InvitePreview }
  | { readonly kind: "unusable" }
  | { readonly kind: "failed"; readonly reason: string };

/**
 * What an invite leads to, and the way in. With `accepted`, someone has just signed in to use it: asking them once more
 * would be one question too many.
 */
export function InviteLanding(props: { readonly code: string; readonly accepted: boolean }) {
  const client = useClient();
  const [found, setFound] = createSignal<Found>({ kind: "asking" });
  const name = () => client.workspace().name;

  let asks = 0;
  const ask = async (code: string) => {
    const mine = ++asks;
    setFound({ kind: "asking" });
    try {
      const preview = await client.previewInvite(code);
      if (mine !== asks) return;
      const signedIn = client.phase() === "signed-in";
      if (signedIn && preview.joined) navigate(roomPath(preview.room.slug), { replace: true });
      else if (signedIn && props.accepted) {
        const { slug } = await client.redeemInvite(code);
        if (mine === asks) navigate(roomPath(slug), { replace: true });
      } else setFound({ kind: "usable", preview });
    } catch (error) {
      if (mine !== asks) return;
      const gone = error instanceof ParleyError && (error.code === "invite_unusable" || error.code === "not_found");
      setFound(gone ? { kind: "unusable" } : { kind: "failed", reason: explain(error) });
    }
  };
  createEffect(() => void ask(props.code));
  // Whoever has gone elsewhere stays there.
  onCleanup(() => asks++);

  return (
    <Switch>
      <Match when={usable(found())}>
        {(preview) => <Usable preview={preview()} signedIn={client.phase() === "signed-in"} />}
      </Match>
      <Match when={found().kind === "unusable"}>
        <Card
          name={name()}
          picture={client.workspace().picture}
          title="This invite does not work any more"
          lead={
            <p class="card-lead">
              It may have expired, been used up or been replaced. Ask whoever sent it for a new one.
            </p>
          }
        >
          <p class="card-foot">
            <Show when={client.phase() === "signed-in"} fallback={<a href={signInPath("sign-in", {})}>Sign in</a>}>
              <a href={homePath}>Go to your rooms</a>
            </Show>
          </p>
        </Card>
      </Match>
      <Match when={failure(found())}>
        {(reason) => (
          <Card
            name={name()}
            picture={client.workspace().picture}
            title="The invite could not be read"
            lead={<p class="card-lead">{reason()}</p>}
          >
            <Button kind="primary" wide onClick={() => void ask(props.code)}>
              Try again
            </Button>
          </Card>
        )}
      </Match>
    </Switch>
  );
}

function Usable(props: { readonly preview: InvitePreview; readonly signedIn: boolean }) {
  const client = useClient();
  const room = () => props.preview.room;
  const form = createForm({
    async send() {
      const joined = await client.redeemInvite(props.preview.code);
      navigate(roomPath(joined.slug), { replace: true });
    },
    explain: (error) => ({ "": explain(error) }),
  });
  const next = () => ({ invite: props.preview.code });

  return (
    <Card
      name={props.preview.workspace}
      picture={client.workspace().picture}
      title={`Join ${room().name}`}
      lead={
        <p class="card-lead">
          <b>{props.preview.invitedBy}</b> invites you to the room <b>{room().name}</b>.
        </p>
      }
    >
      <Show when={room().description}>
        <p class="invite-description" dir="auto">
          {room().description}
        </p>
      </Show>
      <p class="invite-count">{room().memberCount === 1 ? "1 member" : `${room().memberCount} members`}</p>
      <Show
        when={props.signedIn}
        fallback={
          <div class="form">
            <a class="button" data-kind="primary" data-wide href={signInPath("sign-up", next())}>
              Create an account
            </a>
            <a class="button" data-kind="plain" data-wide href={signInPath("sign-in", next())}>
              I have an account
            </a>
          </div>
        }
      >
        <form class="form" onSubmit={form.onSubmit}>
          <FormProblem text={form.problem("")} />
          <Button kind="primary" type="submit" wide autofocus busy={form.busy()}>
            Join
          </Button>
        </form>
      </Show>
    </Card>
  );
}

const usable = (found: Found) => (found.kind === "usable" ? found.preview : undefined);
const failure = (found: Found) => (found.kind === "failed" ? found.reason : undefined);
