import { createSignal, Match, Show, Switch } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { createForm } from "../../ui/form.ts";
import { Icon } from "../../ui/Icon.tsx";
import { notify } from "../../ui/notices.tsx";
import { SaveButton } from "../../ui/SaveButton.tsx";
import { checkEmail } from "../account-fields.ts";
import { explain, explainAt } from "../words.ts";

/** The address to sign in with and to be mailed at. Another one needs the password, and where there is mail its link. */
export function Email() {
  const client = useClient();
  /** What was given last. */
  const given = () => client.me().pendingEmail ?? client.me().email ?? "";
  const [email, setEmail] = createSignal(given());
  const [password, setPassword] = createSignal("");
  const isOther = () => email().trim() !== given();
  const form = createForm({
    check: () => ({
      email: checkEmail(email().trim()),
      password: isOther() && password() === "" ? "Enter your password." : undefined,
    }),
    async send() {
      if (!isOther()) return;
      const address = email().trim();
      await client.changeEmail({ email: address === "" ? null : address, password: password() });
      setEmail(given());
      setPassword("");
    },
    explain: explainAt({ bad_credentials: "password", email_taken: "email" }, ["email", "password"], {
      bad_credentials: "That is not your password.",
    }),
  });

  return (
    <>
      <Show when={client.mail()}>
        <Verification />
      </Show>
      <Fields form={form}>
        <Field
          label="E-mail address"
          bound={form.field("email", email, setEmail)}
          type="email"
          autocomplete="email"
          literal
          optional
          hint={`${client.me().pendingEmail ? "Once it is verified, you" : "You"} can sign in with it too. Others do not see it.`}
        />
        <Show when={isOther()}>
          <Field
            label="Your password"
            bound={form.field("password", password, setPassword)}
            type="password"
            autocomplete="current-password"
          />
        </Show>
        <SaveButton form={form} />
      </Fields>
    </>
  );
}

/** Whether the address is verified, and the letter that does it once more. */
function Verification() {
  const client = useClient();
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();
  const me = () => client.me();
  const ask = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await client.ask<void>("POST", "/me/verification-requests");
      notify("A letter with a link is on its way.");
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  };
  const again = (
    <Button busy={busy()} onClick={() => void ask()}>
      {me().pendingEmail ? "Mail the link again" : "Mail me a link"}
    </Button>
  );

  return (
    <>
      <FormProblem text={problem()} />
      <Switch>
        <Match when={me().pendingEmail}>
          {(address) => (
            <div class="address-state">
              <Icon name="clock" />
              <p>
                Open the link that we mailed to <b dir="auto">{address()}</b> to verify it.
                <Show when={me().email}>{(old) => <> Until then your address is {old()}.</>}</Show>
              </p>
              {again}
            </div>
          )}
        </Match>
        <Match when={me().email && !me().emailVerified}>
          <div class="address-state">
            <Icon name="info" />
            <p>
              Your address is not verified. Until it is, you cannot be mailed a link when you have forgotten your
              password.
            </p>
            {again}
          </div>
        </Match>
        <Match when={me().email}>
          <div class="address-state" data-verified>
            <Icon name="check" />
            <p>Your address is verified.</p>
          </div>
        </Match>
      </Switch>
    </>
  );
}
