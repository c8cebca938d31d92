import type { ResetLink, Role } from "@parley/protocol/model";
import { createSignal, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice, type Option } from "../../ui/Choice.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { explainAt } from "../words.ts";
import { Link } from "./Link.tsx";

const roles: readonly Option<Role>[] = [
  { value: "member", label: "Member" },
  { value: "admin", label: "Admin" },
  { value: "owner", label: "Owner" },
];

/** Opens an account for someone, who chooses the password with a link. */
export function AddUser(props: { readonly admin: Admin; readonly onAdded: () => void; readonly onClose: () => void }) {
  const client = useClient();
  const [displayName, setDisplayName] = createSignal("");
  const [username, setUsername] = createSignal("");
  const [email, setEmail] = createSignal("");
  const [role, setRole] = createSignal<Role>("member");
  const [link, setLink] = createSignal<ResetLink>();
  const form = createForm({
    check: () => ({
      displayName: displayName().trim() === "" ? "Enter the name that others will see." : undefined,
      username: username().trim() === "" ? "Enter a user name." : undefined,
    }),
    async send() {
      const address = email().trim();
      const { link: made } = await props.admin.createUser({
        username: username().trim(),
        displayName: displayName().trim(),
        role: role(),
        ...(address !== "" && { email: address }),
      });
      setLink(made);
      props.onAdded();
    },
    explain: explainAt({ username_taken: "username", email_taken: "email" }, ["displayName", "username", "email"]),
  });

  return (
    <Dialog title="Add a person" kind="small" onClose={() => props.onClose()}>
      <Show
        when={link()}
        fallback={
          <Fields form={form}>
            <Field
              label="Name"
              bound={form.field("displayName", displayName, setDisplayName)}
              autocomplete="off"
              autofocus
            />
            <Field label="User name" bound={form.field("username", username, setUsername)} autocomplete="off" literal />
            <Field
              label="E-mail"
              bound={form.field("email", email, setEmail)}
              type="email"
              autocomplete="off"
              literal
              optional
            />
            <Show when={client.me().role === "owner"}>
              <Choice label="Role" options={roles} value={role()} onChange={setRole} compact />
            </Show>
            <div class="buttons">
              <Button onClick={() => props.onClose()}>Cancel</Button>
              <Button kind="primary" type="submit" busy={form.busy()}>
                Add
              </Button>
            </div>
          </Fields>
        }
      >
        {(made) => (
          <div class="admin-manage">
            <p class="dialog-text">Give {displayName().trim()} this link to choose a password.</p>
            <Link link={made()} />
          </div>
        )}
      </Show>
    </Dialog>
  );
}
