import { codePoints, limits } from "@parley/protocol/limits";
import { createSignal } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Field } from "../../ui/Field.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { createForm } from "../../ui/form.ts";
import { SaveButton } from "../../ui/SaveButton.tsx";
import { explainAt } from "../words.ts";

/** The name that others see, and the address to sign in with. */
export function Profile() {
  const client = useClient();
  const [displayName, setDisplayName] = createSignal(client.me().displayName);
  const [email, setEmail] = createSignal(client.me().email ?? "");
  const form = createForm({
    check: () => ({ displayName: checkDisplayName(displayName().trim()), email: checkEmail(email().trim()) }),
    async send() {
      const name = displayName().trim();
      const address = email().trim();
      const changes = {
        ...(name !== client.me().displayName && { displayName: name }),
        ...(address !== (client.me().email ?? "") && { email: address === "" ? null : address }),
      };
      if (Object.keys(changes).length > 0) await client.editMe(changes);
    },
    explain: explainAt({ email_taken: "email" }, ["displayName", "email"]),
  });

  return (
    <form class="form" onSubmit={form.onSubmit} novalidate>
      <FormProblem text={form.problem("")} />
      <Field
        label="Your name"
        name="displayName"
        value={displayName()}
        onInput={form.input("displayName", setDisplayName)}
        autocomplete="name"
        error={form.problem("displayName")}
      />
      <Field
        label="E-mail"
        name="email"
        type="email"
        value={email()}
        onInput={form.input("email", setEmail)}
        autocomplete="email"
        literal
        optional
        hint="You can sign in with it too. Others do not see it."
        error={form.problem("email")}
      />
      <SaveButton form={form} />
    </form>
  );
}

function checkDisplayName(name: string): string | undefined {
  if (name === "") return "Enter the name that others will see.";
  return codePoints(name) > limits.displayNameLength
    ? `Use at most ${limits.displayNameLength} characters.`
    : undefined;
}

function checkEmail(email: string): string | undefined {
  if (email === "" || /^[^\s@]+@[^\s@]+$/.test(email)) return undefined;
  return "This does not look like an e-mail address.";
}
