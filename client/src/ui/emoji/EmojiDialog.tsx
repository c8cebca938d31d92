import { Flyout } from "../Flyout.tsx";
import { isTouch } from "../media.ts";
import { EmojiPicker } from "./EmojiPicker.tsx";

/** All emoji: beside the button that asked for them, or as a sheet where fingers pick. */
export function EmojiDialog(props: {
  readonly title: string;
  readonly beside: HTMLElement;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}) {
  return (
    <Flyout beside={props.beside} label={props.title} below={isTouch()} onClose={() => props.onClose()}>
      <EmojiPicker
        onPick={(emoji) => {
          props.onClose();
          props.onPick(emoji);
        }}
      />
    </Flyout>
  );
}
