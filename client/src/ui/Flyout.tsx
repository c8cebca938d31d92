import { type JSX, Show } from "solid-js";
import { Dialog } from "./Dialog.tsx";
import { isNarrow } from "./media.ts";
import { Popover } from "./Popover.tsx";

/** What opens beside a button where there is room for it, and comes from below where there is not. */
export function Flyout(props: {
  readonly beside: HTMLElement;
  readonly label: string;
  readonly onClose: () => void;
  /** From below in any case. */
  readonly below?: boolean;
  readonly children: JSX.Element;
}) {
  return (
    <Show
      when={isNarrow() || props.below}
      fallback={
        <Popover beside={props.beside} label={props.label} onClose={() => props.onClose()}>
          {props.children}
        </Popover>
      }
    >
      <Dialog title={props.label} kind="sheet" onClose={() => props.onClose()}>
        {props.children}
      </Dialog>
    </Show>
  );
}
