import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import { createSignal, Match, onMount, Show, Switch } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { navigate } from "../../ui/router/router.ts";
import { homePath, signInPath } from "../../ui/router/routes.ts";
import { checkPassword } from "../account-fields.ts";
import { explain, explainAt } from "../words.ts";

type Link =
  | { readonly kind: "loading" }
  | { readonly kind: "usable"; readonly username: string }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly problem: string };

/** Chooses a password with a link that works once. */
export function ResetPassword(props: { readonly token: string }) {
  const client = useClient();
  const [link, setLink] = createSignal<Link>({ kind: "loading" });
  const [password, setPassword] = createSignal("");
  const look = async () => {
    setLink({ kind: "loading" });
    try {
      const { username } = await client.ask<{ readonly username: string }>("POST", "/auth/resets/preview", {
        token: props.token,
      });
      setLink({ kind: "usable", username });
    } catch (error) {
      setLink(isEnded(error) ? { kind: "ended" } : { kind: "failed", problem: explain(error) });
    }
  };
  onMount(() => void look());
  const form = createForm({
    check: () => ({ password: checkPassword(password()) }),
    async send() {
      try {
        await client.resetPassword({ token: props.token, password: password() });
        navigate(homePath, { replace: true });
      } catch (error) {
        if (!isEnded(error)) throw error;
        setLink({ kind: "ended" });
      }
    },
    explain: explainAt({ weak_password: "password" }, ["password"]),
  });
  const username = () => {
    const current = link();
    return current.kind === "usable" ? current.username : undefined;
  };
  const problem = () => {
    const current = link();
    return current.kind === "failed" ? current.problem : undefined;
  };

  return (
    <Switch>
      <Match when={link().kind === "ended"}>
        <Card
          name={client.workspace().name}
          title="This link does not work any more"
          lead={<p class="card-lead">It was used already, or it is too old. Ask for a new one.</p>}
        >
          <p class="card-foot">
            <a href={signInPath("sign-in", {})}>Sign in</a>
          </p>
        </Card>
      </Match>
      <Match when={problem()}>
        {(text) => (
          <Card name={client.workspace().name} title="Choose a password" lead={<p class="card-lead">{text()}</p>}>
            <Button kind="primary" wide onClick={() => void look()}>
              Try again
            </Button>
          </Card>
        )}
      </Match>
      <Match when={username()}>
        {(name) => (
          <Card
            name={client.workspace().name}
            title="Choose a password"
            lead={<p class="card-lead">For {name()}. You are signed out wherever you are signed in now.</p>}
          >
            <Fields form={form}>
              <input type="text" name="username" autocomplete="username" value={name()} hidden />
              <Field
                label="New password"
                bound={form.field("password", password, setPassword)}
                type="password"
                autocomplete="new-password"
                hint={`At least ${limits.passwordMin} characters. A few words are easy to remember.`}
                autofocus
              />
              <Button kind="primary" type="submit" wide busy={form.busy()}>
                Save and sign in
              </Button>
            </Fields>
            <Show when={client.phase() === "signed-in"}>
              <p class="card-foot">
                <a href={homePath}>Keep the password you have</a>
              </p>
            </Show>
          </Card>
        )}
      </Match>
    </Switch>
  );
}

/** A token that could not be one is like one that has ended. */
const isEnded = (error: unknown) =>
  error instanceof ParleyError && (error.code === "reset_unusable" || /^token: /.test(error.message));
