import type { JSX } from "solid-js";
import { ActionList } from "../../ui/ActionList.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Popover } from "../../ui/Popover.tsx";
import type { MessageAction } from "./MessageActions.tsx";

/** What can be done with a message on a touch screen, after a long press. */
export function MessageSheet(props: {
  readonly actions: readonly MessageAction[];
  readonly reactions: JSX.Element;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title="Message" kind="sheet" onClose={() => props.onClose()}>
      {props.reactions}
      <ActionList actions={props.actions} onClose={() => props.onClose()} />
    </Dialog>
  );
}

/** What is wanted seldom, beside the bar. */
export function MoreActions(props: {
  readonly actions: readonly MessageAction[];
  readonly beside: HTMLElement;
  readonly onClose: () => void;
}) {
  return (
    <Popover beside={props.beside} label="More" onClose={() => props.onClose()}>
      <ActionList actions={props.actions.filter(({ more }) => more)} onClose={() => props.onClose()} />
    </Popover>
  );
}
