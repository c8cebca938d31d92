import { createSignal, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { forgotPath, type Next, signInPath } from "../../ui/router/routes.ts";
import { explainAt } from "../words.ts";

/** Asks for a login and a password. Where to go afterwards is decided by the page, which sees who signed in. */
export function SignIn(props: { readonly next: Next }) {
  const client = useClient();
  const [login, setLogin] = createSignal("");
  const [password, setPassword] = createSignal("");
  const form = createForm({
    check: () => ({
      login: login().trim() === "" ? "Enter your user name or e-mail." : undefined,
      password: password() === "" ? "Enter your password." : undefined,
    }),
    async send() {
      await client.signIn({ login: login().trim(), password: password() });
    },
    explain: explainAt({ bad_credentials: "password" }, ["login", "password"]),
  });

  return (
    <Card name={client.workspace().name} picture={client.workspace().picture} title="Sign in">
      <Fields form={form}>
        <Field
          label="User name or e-mail"
          bound={form.field("login", login, setLogin)}
          autocomplete="username"
          literal
          autofocus
        />
        <Field
          label="Password"
          bound={form.field("password", password, setPassword)}
          type="password"
          autocomplete="current-password"
        />
        <Button kind="primary" type="submit" wide busy={form.busy()}>
          Sign in
        </Button>
      </Fields>
      <Show when={client.mail()}>
        <p class="card-foot">
          <a href={forgotPath}>Forgot your password?</a>
        </p>
      </Show>
      <Show when={client.workspace().signUp === "open" || props.next.invite}>
        <p class="card-foot">
          New here? <a href={signInPath("sign-up", props.next)}>Create an account</a>
        </p>
      </Show>
      <Show when={client.workspace().signUp === "invite" && !props.next.invite}>
        <p class="card-foot">New here? Ask a member for an invite link.</p>
      </Show>
    </Card>
  );
}
