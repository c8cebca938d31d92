import { codePoints, limits } from "@parley/protocol/limits";
import { createSignal } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Field } from "../../ui/Field.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { createForm } from "../../ui/form.ts";
import { notify } from "../../ui/notices.tsx";
import { SaveButton } from "../../ui/SaveButton.tsx";
import { explainAt } from "../words.ts";

/** A new password needs the one of now, and signs out everywhere else. */
export function Password() {
  const client = useClient();
  const [current, setCurrent] = createSignal("");
  const [next, setNext] = createSignal("");
  const form = createForm({
    check: () => ({
      current: current() === "" ? "Enter the password you have now." : undefined,
      new: codePoints(next()) < limits.passwordMin ? `Use at least ${limits.passwordMin} characters.` : undefined,
    }),
    async send() {
      await client.ask<void>("PUT", "/me/password", { current: current(), new: next() });
      setCurrent("");
      setNext("");
      notify("Your password is changed. You are signed out everywhere else.");
    },
    explain: (error) => {
      const { current: wrong, ...rest } = explainAt({ bad_credentials: "current", weak_password: "new" }, [
        "current",
        "new",
      ])(error);
      return wrong === undefined ? rest : { ...rest, current: "That is not your password." };
    },
  });

  return (
    <form class="form" onSubmit={form.onSubmit} novalidate>
      <FormProblem text={form.problem("")} />
      <Field
        label="Current password"
        name="current"
        type="password"
        value={current()}
        onInput={form.input("current", setCurrent)}
        autocomplete="current-password"
        error={form.problem("current")}
      />
      <Field
        label="New password"
        name="new"
        type="password"
        value={next()}
        onInput={form.input("new", setNext)}
        autocomplete="new-password"
        hint="Changing it signs you out everywhere else."
        error={form.problem("new")}
      />
      <SaveButton form={form} />
    </form>
  );
}
