import type { Attachment } from "@parley/protocol/model";
import { createEffect, createSignal, onCleanup, onMount, Show } from "solid-js";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { fileUrl } from "./attachment.ts";
import "./lightbox.css";

/** The pictures of a message, one at a time and as large as fits. Esc closes it; the focus returns by itself. */
export function Lightbox(props: {
  readonly pictures: readonly Attachment[];
  readonly first: Attachment;
  readonly author: string;
  readonly onClose: () => void;
}) {
  const [at, setAt] = createSignal(props.pictures.indexOf(props.first));
  const [large, setLarge] = createSignal(false);
  let dialog: HTMLDialogElement | undefined;
  const picture = () => props.pictures[at()] ?? props.first;
  const go = (step: 1 | -1) => {
    const next = at() + step;
    if (next >= 0 && next < props.pictures.length) setAt(next);
  };
  createEffect(() => {
    at();
    setLarge(false);
  });
  onMount(() => dialog?.showModal());
  onCleanup(() => dialog?.close());
  const onKeyDown = (event: KeyboardEvent) => {
    // The message list listens to the arrows too.
    event.stopPropagation();
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowLeft" && !large()) go(-1);
    else if (event.key === "ArrowRight" && !large()) go(1);
    else if (event.key === "+" || event.key === "=") setLarge(true);
    else if (event.key === "-") setLarge(false);
  };

  return (
    <dialog
      ref={(element) => {
        dialog = element;
      }}
      class="lightbox"
      aria-label={`Picture by ${props.author}`}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <div class="lightbox-head">
        <p>
          <b dir="auto">{picture().name}</b>
          <Show when={props.pictures.length > 1}>
            <span role="status">{`${at() + 1} of ${props.pictures.length}`}</span>
          </Show>
        </p>
        <IconButton icon="zoom" label="Full size" pressed={large()} onClick={() => setLarge(!large())} />
        <a
          class="icon-button"
          href={fileUrl(picture())}
          download={picture().name}
          aria-label="Download"
          title="Download"
        >
          <Icon name="download" />
        </a>
        <IconButton icon="x" label="Close" onClick={() => props.onClose()} />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a press beside the picture does what Esc does. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: likewise; zoom has its button and its keys. */}
      <div
        class="lightbox-stage"
        data-large={large() ? "" : undefined}
        onClick={({ target, currentTarget }) => {
          if (target === currentTarget) props.onClose();
          else setLarge(!large());
        }}
      >
        <img src={fileUrl(picture())} alt={picture().name} width={picture().width} height={picture().height} />
      </div>
      <Show when={props.pictures.length > 1}>
        <IconButton
          icon="back"
          label="Previous picture"
          class="lightbox-before"
          idle={at() === 0}
          onClick={() => go(-1)}
        />
        <IconButton
          icon="next"
          label="Next picture"
          class="lightbox-after"
          idle={at() === props.pictures.length - 1}
          onClick={() => go(1)}
        />
      </Show>
    </dialog>
  );
}
