import type { Room } from "@parley/protocol/model";
import { For, type JSX, Show } from "solid-js";
import { type Client, canAdminister, type Entry } from "../../state/client.ts";
import type { Action } from "../../ui/ActionList.tsx";
import { copyText } from "../../ui/clipboard.ts";
import { IconButton } from "../../ui/IconButton.tsx";
import { messagePath } from "../../ui/router/routes.ts";
import { canEdit } from "./editing.ts";
import { showsReceipts } from "./seen.ts";

/** What can be done with a message. */
export interface MessageAction extends Action {
  /** Wanted seldom: not in the bar itself. */
  readonly more?: boolean;
}

/** What this reader can do with a message. Nothing, when it is deleted; where it was not sent, it says so itself. */
export function actionsFor(
  client: Client,
  room: Room,
  entry: Entry,
  on: {
    readonly edit: () => void;
    readonly remove: () => void;
    readonly whoReacted: () => void;
    readonly why: () => void;
    readonly markUnread: () => void;
    readonly seenBy: () => void;
    /** Gives up what waits to be sent. */
    readonly discard: () => void;
  },
): readonly MessageAction[] {
  const message = entry.message();
  if (message.deletedAt !== undefined || entry.delivery().kind === "failed") return [];
  const own = message.author.id === client.me().id;
  const copy: readonly MessageAction[] =
    message.content === ""
      ? []
      : [{ label: "Copy text", icon: "copy", run: () => void copyText(message.content, "Text copied") }];
  if (entry.delivery().kind === "pending") {
    const edit: MessageAction = { label: "Edit", icon: "pencil", run: on.edit };
    return [...copy, edit, { label: "Delete", icon: "trash", run: on.discard }];
  }
  const actions: MessageAction[] = [
    ...copy,
    {
      label: "Copy link",
      icon: "link",
      run: () => void copyText(location.origin + messagePath(room.slug, message.id), "Link copied"),
    },
  ];
  if (client.reactions(message).length > 0) {
    actions.push({ label: "Who reacted", icon: "users", run: on.whoReacted, more: true });
  }
  if (!own) actions.push({ label: "Why was I notified, or not?", icon: "bell", run: on.why, more: true });
  if (own && room.memberCount > 1 && showsReceipts(client, room)) {
    actions.push({ label: "Seen by", icon: "eye", run: on.seenBy, more: true });
  }
  actions.push({ label: "Mark as unread", icon: "unread", run: on.markUnread, more: true });
  if (!room.archivedAt && canEdit(client, entry)) actions.push({ label: "Edit", icon: "pencil", run: on.edit });
  if (own || canAdminister(client.me(), room)) actions.push({ label: "Delete", icon: "trash", run: on.remove });
  return actions;
}

/** The small bar on the message that is pointed at or focused. */
export function MessageBar(props: {
  readonly actions: readonly MessageAction[];
  readonly reactions: JSX.Element;
  readonly onMore: (button: HTMLElement) => void;
}) {
  return (
    <Show when={props.actions.length > 0}>
      <div class="message-bar">
        {props.reactions}
        <For each={props.actions.filter(({ more }) => !more)}>
          {(action) => <IconButton icon={action.icon} label={action.label} onClick={action.run} />}
        </For>
        <Show when={props.actions.some(({ more }) => more)}>
          <IconButton icon="more" label="More" onClick={({ currentTarget }) => props.onMore(currentTarget)} />
        </Show>
      </div>
    </Show>
  );
}
