import { codePoints, limits } from "@parley/protocol/limits";
import { createSignal } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { SaveButton } from "../../ui/SaveButton.tsx";
import { checkName } from "../account-fields.ts";
import { explainAt } from "../words.ts";
import { PictureField } from "./PictureField.tsx";

/** What others see of oneself. */
export function Profile() {
  const client = useClient();
  const [displayName, setDisplayName] = createSignal(client.me().displayName);
  const [status, setStatus] = createSignal(client.me().status ?? "");
  const form = createForm({
    check: () => ({
      displayName: checkName(displayName(), limits.displayNameLength, "Enter the name that others will see."),
      status: checkLength(status().trim(), limits.statusLength),
    }),
    async send() {
      const name = displayName().trim();
      const words = status().trim();
      const changes = {
        ...(name !== client.me().displayName && { displayName: name }),
        ...(words !== (client.me().status ?? "") && { status: words === "" ? null : words }),
      };
      if (Object.keys(changes).length > 0) await client.editMe(changes);
    },
    explain: explainAt({}, ["displayName", "status"]),
  });

  return (
    <>
      <PictureField
        round
        has={client.me().avatar !== undefined}
        save={(picture, onProgress) => client.putAvatar(picture, onProgress)}
        remove={() => client.removeAvatar()}
      >
        <Avatar id={client.me().id} name={client.me().displayName} picture={client.me().avatar} size="huge" />
      </PictureField>
      <Fields form={form}>
        <Field label="Your name" bound={form.field("displayName", displayName, setDisplayName)} autocomplete="name" />
        <Field
          label="Status"
          bound={form.field("status", status, setStatus)}
          autocomplete="off"
          optional
          hint="A few words that everyone sees beside your name."
        />
        <SaveButton form={form} />
      </Fields>
    </>
  );
}

function checkLength(text: string, max: number): string | undefined {
  return codePoints(text) > max ? `Use at most ${max} characters.` : undefined;
}
