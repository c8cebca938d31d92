import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { PresenceDot } from "../../ui/PresenceDot.tsx";

/** Who is signed in, at the foot of the sidebar. */
export function Me(props: { readonly onSettings: () => void }) {
  const client = useClient();
  return (
    <div class="me">
      <PresenceDot presence={client.presence(client.me().id)}>
        <Avatar id={client.me().id} name={client.me().displayName} picture={client.me().avatar} />
      </PresenceDot>
      <div class="two-lines me-words">
        <b dir="auto">{client.me().displayName}</b>
        <small dir="auto">{client.me().status ?? `@${client.me().username}`}</small>
      </div>
      <IconButton icon="settings" label="Settings" onClick={() => props.onSettings()} />
    </div>
  );
}
