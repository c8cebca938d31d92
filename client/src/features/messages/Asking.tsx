import type { Room } from "@parley/protocol/model";
import type { JSX } from "solid-js";
import type { Entry } from "../../state/client.ts";
import { dialogPart } from "../../ui/part.tsx";
import { DeleteMessage } from "./DeleteMessage.tsx";
import type { MessageAction } from "./MessageActions.tsx";
import { MessageSheet, MoreActions } from "./MessageSheet.tsx";
import { SeenBy } from "./SeenBy.tsx";
import { WhoReacted } from "./WhoReacted.tsx";
import { WhyNotified } from "./WhyNotified.tsx";

const EmojiDialog = dialogPart(async () => (await import("../../ui/emoji/EmojiDialog.tsx")).EmojiDialog);

/** What a list of messages asks or offers about one of them. */
export type Question =
  | { readonly kind: "delete" | "sheet" | "who" | "why" | "seen"; readonly entry: Entry }
  | { readonly kind: "react" | "more"; readonly entry: Entry; readonly button: HTMLElement };

/** The dialog, sheet or popover in which it asks. Mount it anew for another question. */
export function Asking(props: {
  readonly question: Question;
  readonly room: Room;
  readonly actions: () => readonly MessageAction[];
  /** The row of emoji in the sheet. */
  readonly reactions: () => JSX.Element;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}) {
  const { question } = props;
  const { entry } = question;
  const onClose = () => props.onClose();
  switch (question.kind) {
    case "delete":
      return <DeleteMessage room={props.room} entry={entry} onClose={onClose} />;
    case "sheet":
      return <MessageSheet actions={props.actions()} reactions={props.reactions()} onClose={onClose} />;
    case "react":
      return (
        <EmojiDialog
          title="Add reaction"
          beside={question.button}
          onPick={(emoji) => props.onPick(emoji)}
          onClose={onClose}
        />
      );
    case "more":
      return <MoreActions actions={props.actions()} beside={question.button} onClose={onClose} />;
    case "why":
      return <WhyNotified room={props.room} id={entry.message().id} onClose={onClose} />;
    case "seen":
      return <SeenBy entry={entry} onClose={onClose} />;
    case "who":
      return <WhoReacted entry={entry} onClose={onClose} />;
  }
}
