import { createUniqueId, type JSX, onCleanup, onMount } from "solid-js";
import { IconButton } from "./IconButton.tsx";

/** A modal dialog while it is mounted. Esc, the backdrop and the cross ask to close; the focus returns by itself. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: JSX.Element;
  readonly kind?: "wide" | "sheet" | "small";
}) {
  const titleId = createUniqueId();
  let dialog: HTMLDialogElement | undefined;
  let pressedOutside = false;
  onMount(() => dialog?.showModal());
  onCleanup(() => dialog?.close());

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the box does what Esc does.
    <dialog
      ref={(element) => {
        dialog = element;
      }}
      class="dialog"
      data-kind={props.kind}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // A file picker or an inner element may cancel too; that does not concern this dialog.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        props.onClose();
      }}
      onPointerDown={(event) => {
        pressedOutside = event.target === event.currentTarget;
      }}
      onClick={(event) => {
        if (pressedOutside && event.target === event.currentTarget) props.onClose();
      }}
    >
      <div class="dialog-box">
        <div class="dialog-head">
          <h2 id={titleId}>{props.title}</h2>
          <IconButton icon="x" label="Close" onClick={() => props.onClose()} />
        </div>
        {props.children}
      </div>
    </dialog>
  );
}
