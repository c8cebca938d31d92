import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { IconButton } from "../../ui/IconButton.tsx";

/** Who is signed in, at the foot of the sidebar. */
export function Me(props: { readonly onSettings: () => void }) {
  const client = useClient();
  return (
    <div class="me">
      <Avatar id={client.me().id} name={client.me().displayName} picture={client.me().avatar} />
      <div class="two-lines me-words">
        <b dir="auto">{client.me().displayName}</b>
        <small dir="auto">{client.me().status ?? `@${client.me().username}`}</small>
      </div>
      <IconButton icon="settings" label="Settings" onClick={() => props.onSettings()} />
    </div>
  );
}
