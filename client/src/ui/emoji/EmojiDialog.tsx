import { Dialog } from "../Dialog.tsx";
import { isNarrow, isTouch } from "../media.ts";
import { Popover } from "../Popover.tsx";
import { EmojiPicker } from "./EmojiPicker.tsx";

/** All emoji: beside the button that asked for them, or as a sheet on a phone. */
export function EmojiDialog(props: {
  readonly title: string;
  readonly beside: HTMLElement;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}) {
  const picker = () => (
    <EmojiPicker
      onPick={(emoji) => {
        props.onClose();
        props.onPick(emoji);
      }}
    />
  );
  return isNarrow() || isTouch() ? (
    <Dialog title={props.title} kind="sheet" onClose={() => props.onClose()}>
      {picker()}
    </Dialog>
  ) : (
    <Popover beside={props.beside} label={props.title} onClose={() => props.onClose()}>
      {picker()}
    </Popover>
  );
}
