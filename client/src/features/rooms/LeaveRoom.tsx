import type { Room } from "@parley/protocol/model";
import { useClient } from "../../state/client.ts";
import { Ask } from "../../ui/Ask.tsx";
import { notify } from "../../ui/notices.tsx";
import { navigate } from "../../ui/router/router.ts";
import { homePath } from "../../ui/router/routes.ts";
import { explain } from "../words.ts";

export function LeaveRoom(props: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient();
  const { id, name, kind } = props.room;
  return (
    <Ask
      title={`Leave ${name}?`}
      act="Leave"
      onClose={props.onClose}
      explain={explain}
      send={async () => {
        await client.leaveRoom(id);
        navigate(homePath, { replace: true });
        notify(`You left ${name}.`);
      }}
    >
      {kind === "private"
        ? "This room is private: to come back, you need a new invite."
        : "You can join again whenever you like."}
    </Ask>
  );
}

export function DeleteRoom(props: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient();
  const { id, name } = props.room;
  return (
    <Ask
      title={`Delete ${name}?`}
      act="Delete room"
      onClose={props.onClose}
      explain={explain}
      send={async () => {
        await client.deleteRoom(id);
        navigate(homePath, { replace: true });
        notify(`${name} is deleted.`);
      }}
    >
      All its messages are lost for everyone. This cannot be undone.
    </Ask>
  );
}

export function ArchiveRoom(props: { readonly room: Room; readonly onClose: () => void }) {
  const client = useClient();
  const { id, name } = props.room;
  return (
    <Ask
      title={`Archive ${name}?`}
      act="Archive room"
      onClose={props.onClose}
      explain={explain}
      send={async () => {
        await client.editRoom(id, { archived: true });
      }}
    >
      Everyone in it can still read it. Nobody can write in it until you take it back into use.
    </Ask>
  );
}
