import { createSignal, Match, Switch } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { signInPath } from "../../ui/router/routes.ts";
import { explainAt } from "../words.ts";

/** Asks for a reset link by mail. It says the same to everyone: who has an account here is nobody's business. */
export function ForgotPassword() {
  const client = useClient();
  const [login, setLogin] = createSignal("");
  const [sent, setSent] = createSignal(false);
  const form = createForm({
    check: () => ({ login: login().trim() === "" ? "Enter your user name or e-mail." : undefined }),
    async send() {
      await client.ask("POST", "/auth/reset-requests", { login: login().trim() });
      setSent(true);
    },
    explain: explainAt({}, ["login"]),
  });
  const back = (
    <p class="card-foot">
      <a href={signInPath("sign-in", {})}>Back to sign in</a>
    </p>
  );

  return (
    <Switch>
      <Match when={!client.mail()}>
        <Card
          name={client.workspace().name}
          title="Forgot your password?"
          lead={<p class="card-lead">Ask whoever runs this workspace for a link to choose a new one.</p>}
        >
          {back}
        </Card>
      </Match>
      <Match when={sent()}>
        <Card
          name={client.workspace().name}
          title="Look at your mail"
          lead={
            <p class="card-lead" role="status">
              If there is an account with a verified e-mail address for “{login().trim()}”, a link to choose a new
              password is on its way. It works for an hour. Nothing there? Look among the spam, or ask an admin for a
              link.
            </p>
          }
        >
          {back}
        </Card>
      </Match>
      <Match when={!sent()}>
        <Card
          name={client.workspace().name}
          title="Forgot your password?"
          lead={<p class="card-lead">We mail you a link to choose a new one.</p>}
        >
          <Fields form={form}>
            <Field
              label="User name or e-mail"
              bound={form.field("login", login, setLogin)}
              autocomplete="username"
              literal
              autofocus
            />
            <Button kind="primary" type="submit" wide busy={form.busy()}>
              Mail me a link
            </Button>
          </Fields>
          {back}
        </Card>
      </Match>
    </Switch>
  );
}
