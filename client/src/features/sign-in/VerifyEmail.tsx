import { type ErrorCode, ParleyError } from "@parley/protocol/errors";
import type { Verification } from "@parley/protocol/http/emails";
import { createSignal, onMount, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { homePath, signInPath } from "../../ui/router/routes.ts";
import { explain } from "../words.ts";

/** Where the link has led. */
interface View {
  readonly title: string;
  readonly lead: string;
  /** What there is to do about it. */
  readonly act?: { readonly label: string; readonly run: () => Promise<View> };
}

/**
 * Verifies an address with a link that works once, whoever is signed in here. Only a press of the button uses the link:
 * programs that look through mail follow links.
 */
export function VerifyEmail(props: { readonly token: string }) {
  const client = useClient();
  const [view, setView] = createSignal<View>();
  const [busy, setBusy] = createSignal(false);
  const ask = (path: string) => client.ask<Verification>("POST", `/auth/verifications${path}`, { token: props.token });

  const look = () => attempt(look, async () => toQuestion(await ask("/preview"), verify));
  const verify = () => attempt(verify, async () => toDone(await ask("")));
  const show = async (run: () => Promise<View>) => {
    setBusy(true);
    setView(await run());
    setBusy(false);
  };
  onMount(() => void show(look));

  return (
    <Show when={view()}>
      {(current) => (
        <Card
          name={client.workspace().name}
          picture={client.workspace().picture}
          title={current().title}
          lead={
            <p class="card-lead" role="status">
              {current().lead}
            </p>
          }
        >
          <Show when={current().act}>
            {(act) => (
              <Button kind="primary" wide autofocus busy={busy()} onClick={() => void show(act().run)}>
                {act().label}
              </Button>
            )}
          </Show>
          <p class="card-foot">
            <Show when={client.phase() === "signed-in"} fallback={<a href={signInPath("sign-in", {})}>Sign in</a>}>
              <a href={homePath}>Go to your rooms</a>
            </Show>
          </p>
        </Card>
      )}
    </Show>
  );
}

const toQuestion = ({ email, username }: Verification, verify: () => Promise<View>): View => ({
  title: "Verify your address",
  lead: `Is ${email} the address of your account ${username}?`,
  act: { label: "Yes, verify it", run: verify },
});

const toDone = ({ email, username }: Verification): View => ({
  title: "Your address is verified",
  lead: `You can sign in as ${username} with ${email}, and be mailed a link there when you have forgotten your password.`,
});

/** What the server says is over is over; anything else can be tried again. */
async function attempt(again: () => Promise<View>, run: () => Promise<View>): Promise<View> {
  try {
    return await run();
  } catch (error) {
    const end = error instanceof ParleyError ? ends[error.code] : undefined;
    return end ?? { title: "Verify your address", lead: explain(error), act: { label: "Try again", run: again } };
  }
}

const unusable: View = {
  title: "This link does not work",
  lead: "A newer one has taken its place, or the address was given up. Look for the latest letter, or ask for one in your settings.",
};

const ends: Partial<Record<ErrorCode, View>> = {
  verification_used: {
    title: "This address is verified",
    lead: "The link was used already, and has done its work.",
  },
  verification_expired: {
    title: "This link is too old",
    lead: "It works for three days. Sign in and ask for a new one in your settings.",
  },
  verification_unusable: unusable,
  // What cannot be a token: a part of the link was lost on the way.
  invalid: unusable,
  email_taken: {
    title: "This address is another account’s",
    lead: "Meanwhile another account here has verified it. Sign in to that one, or take its address away in its settings.",
  },
};
