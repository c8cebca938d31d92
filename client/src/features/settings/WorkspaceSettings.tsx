import { limits } from "@parley/protocol/limits";
import type { SignUpPolicy } from "@parley/protocol/model";
import { createSignal } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Choice, type Option } from "../../ui/Choice.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { Mark } from "../../ui/Mark.tsx";
import { SaveButton } from "../../ui/SaveButton.tsx";
import { checkName } from "../account-fields.ts";
import { explainAt } from "../words.ts";
import { PictureField } from "./PictureField.tsx";

const policies: readonly Option<SignUpPolicy>[] = [
  { value: "open", label: "Open", hint: "Anyone who finds this page can create an account." },
  { value: "invite", label: "By invite", hint: "New people need an invite link." },
  { value: "closed", label: "Closed", hint: "No new accounts." },
];

/** For those who look after the workspace: its picture, its name, and who may come in. */
export function WorkspaceSettings() {
  const client = useClient();
  const [name, setName] = createSignal(client.workspace().name);
  const [signUp, setSignUp] = createSignal(client.workspace().signUp);
  const form = createForm({
    check: () => ({ name: checkName(name(), limits.workspaceNameLength, "Give your workspace a name.") }),
    async send() {
      const { name: oldName, signUp: oldSignUp } = client.workspace();
      const changes = {
        ...(name().trim() !== oldName && { name: name().trim() }),
        ...(signUp() !== oldSignUp && { signUp: signUp() }),
      };
      if (Object.keys(changes).length > 0) await client.editWorkspace(changes);
    },
    explain: explainAt({}, ["name"]),
  });

  return (
    <>
      <PictureField
        round={false}
        has={client.workspace().picture !== undefined}
        save={(picture, onProgress) => client.putWorkspacePicture(picture, onProgress)}
        remove={() => client.removeWorkspacePicture()}
      >
        <Mark name={client.workspace().name} picture={client.workspace().picture} size="huge" />
      </PictureField>
      <Fields form={form}>
        <Field label="Workspace name" bound={form.field("name", name, setName)} autocomplete="organization" />
        <Choice label="New accounts" options={policies} value={signUp()} onChange={form.input("signUp", setSignUp)} />
        <SaveButton form={form} />
      </Fields>
    </>
  );
}
