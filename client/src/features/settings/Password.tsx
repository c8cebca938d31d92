import { createSignal } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { notify } from "../../ui/notices.tsx";
import { SaveButton } from "../../ui/SaveButton.tsx";
import { checkPassword } from "../account-fields.ts";
import { explainAt } from "../words.ts";

/** A new password needs the one of now, and signs out everywhere else. */
export function Password() {
  const client = useClient();
  const [current, setCurrent] = createSignal("");
  const [next, setNext] = createSignal("");
  const form = createForm({
    check: () => ({
      current: current() === "" ? "Enter the password you have now." : undefined,
      new: checkPassword(next()),
    }),
    async send() {
      await client.ask<void>("PUT", "/me/password", { current: current(), new: next() });
      setCurrent("");
      setNext("");
      notify("Your password is changed. You are signed out everywhere else.");
    },
    explain: explainAt({ bad_credentials: "current", weak_password: "new" }, ["current", "new"], {
      bad_credentials: "That is not your password.",
    }),
  });

  return (
    <Fields form={form}>
      <Field
        label="Current password"
        bound={form.field("current", current, setCurrent)}
        type="password"
        autocomplete="current-password"
      />
      <Field
        label="New password"
        bound={form.field("new", next, setNext)}
        type="password"
        autocomplete="new-password"
        hint="Changing it signs you out everywhere else."
      />
      <SaveButton form={form} />
    </Fields>
  );
}
