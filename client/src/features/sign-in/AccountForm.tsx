import { limits } from "@parley/protocol/limits";
import { createSignal, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { notify } from "../../ui/notices.tsx";
import { checkEmail, checkName, checkPassword, checkUsername, suggestUsername } from "../account-fields.ts";
import { explainAt } from "../words.ts";

/** Opens an account; with `first`, the one that owns the workspace, which gets its name here too. */
export function AccountForm(props: {
  readonly first?: boolean;
  readonly invite?: string | undefined;
  readonly submit: string;
}) {
  const client = useClient();
  const [workspace, setWorkspace] = createSignal("");
  const [displayName, setDisplayName] = createSignal("");
  const [chosen, setChosen] = createSignal<string | null>(null);
  const [email, setEmail] = createSignal("");
  const [password, setPassword] = createSignal("");
  const username = () => chosen() ?? suggestUsername(displayName());
  const nameWorkspace = (name: string) =>
    client
      .editWorkspace({ name })
      .catch(() => notify("The name could not be saved. You can change it in the settings."));

  const form = createForm({
    check: () => ({
      workspace: props.first
        ? checkName(workspace(), limits.workspaceNameLength, "Give your workspace a name.")
        : undefined,
      displayName: checkName(displayName(), limits.displayNameLength, "Enter the name that others will see."),
      username: checkUsername(username()),
      email: checkEmail(email().trim()),
      password: checkPassword(password()),
    }),
    async send() {
      const first = props.first === true;
      const address = email().trim();
      await client.signUp({
        username: username(),
        displayName: displayName().trim(),
        password: password(),
        ...(address !== "" && { email: address }),
        ...(props.invite ? { invite: props.invite } : {}),
      });
      if (address !== "") notify(`We mailed a link to ${address}. It verifies the address.`);
      // From here on the page shows the workspace, and this form is gone.
      if (first) await nameWorkspace(workspace().trim());
    },
    explain: explainAt({ username_taken: "username", weak_password: "password" }, [
      "displayName",
      "username",
      "email",
      "password",
    ]),
  });

  return (
    <Fields form={form}>
      <Show when={props.first}>
        <Field
          label="Workspace name"
          bound={form.field("workspace", workspace, setWorkspace)}
          autocomplete="organization"
          hint="The name of your group, such as Harbour Makers."
          autofocus
        />
      </Show>
      <Field
        label="Your name"
        bound={form.field("displayName", displayName, setDisplayName)}
        autocomplete="name"
        autofocus={!props.first}
      />
      <Field
        label="User name"
        bound={form.field("username", username, (value: string) => setChosen(value === "" ? null : value))}
        autocomplete="username"
        literal
        hint="You sign in with it."
      />
      <Show when={client.mail()}>
        <Field
          label="E-mail"
          bound={form.field("email", email, setEmail)}
          type="email"
          autocomplete="email"
          literal
          optional
          hint="To choose a new password when you forget it. Others do not see it."
        />
      </Show>
      <Field
        label="Password"
        bound={form.field("password", password, setPassword)}
        type="password"
        autocomplete="new-password"
        hint={`At least ${limits.passwordMin} characters. A few words are easy to remember.`}
      />
      <Button kind="primary" type="submit" wide busy={form.busy()}>
        {props.submit}
      </Button>
    </Fields>
  );
}
