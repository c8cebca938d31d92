import { createSignal, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Field } from "../../ui/Field.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
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
      <form class="form" onSubmit={form.onSubmit} novalidate>
        <FormProblem text={form.problem("")} />
        <Field
          label="User name or e-mail"
          name="login"
          value={login()}
          onInput={form.input("login", setLogin)}
          autocomplete="username"
          literal
          autofocus
          error={form.problem("login")}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          value={password()}
          onInput={form.input("password", setPassword)}
          autocomplete="current-password"
          error={form.problem("password")}
        />
        <Button kind="primary" type="submit" wide busy={form.busy()}>
          Sign in
        </Button>
      </form>
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
