import { isBlank } from "@parley/protocol/content";
import { codePoints, limits } from "@parley/protocol/limits";
import type { Room } from "@parley/protocol/model";
import { createSignal, createUniqueId, type JSX, onMount, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import type { CompletionSource, TextCompletion } from "../../ui/Completion.tsx";
import { filesOf } from "../../ui/file-drop.ts";
import { GrowingText, isComposing } from "../../ui/GrowingText.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { whenIdle } from "../../ui/idle.ts";
import { insertText } from "../../ui/insert-text.ts";
import { isTouch } from "../../ui/media.ts";
import { announce, notify } from "../../ui/notices.tsx";
import { dialogPart, part } from "../../ui/part.tsx";
import { explain } from "../words.ts";

const ComposerCompletion = part(
  async () => (await import("./ComposerCompletion.tsx")).ComposerCompletion,
  () => null, // Without it one goes on writing.
);
const EmojiDialog = dialogPart(async () => (await import("../../ui/emoji/EmojiDialog.tsx")).EmojiDialog);
const Tray = part(async () => (await import("./Tray.tsx")).Tray);

/** From so few characters before the limit on, the rest is counted. */
const countFrom = 200;

/** What the room around it may ask of the composer. */
export interface ComposerControls {
  focus(): void;
  /** Adds files to what is being written. */
  attach(files: readonly File[]): void;
}

/** Where a message is written. Mount it anew for another room. */
export function Composer(props: {
  readonly room: Room;
  /** The line above: who is typing, or that there is no connection. */
  readonly above: JSX.Element;
  /** What else completes while someone writes: people, rooms. */
  readonly completions?: readonly CompletionSource[];
  readonly onSent: () => void;
  /** Arrow up in an empty composer. */
  readonly onEditLast: () => void;
  readonly controls: (controls: ComposerControls) => void;
}) {
  const client = useClient();
  const countId = createUniqueId();
  const [begun, setBegun] = createSignal(false);
  const [completion, setCompletion] = createSignal<TextCompletion>();
  const [emojiButton, setEmojiButton] = createSignal<HTMLElement>();
  let field: HTMLTextAreaElement | undefined;
  let picker: HTMLInputElement | undefined;
  const text = () => client.draft(props.room.id);
  const left = () => limits.messageLength - codePoints(text());
  const uploads = () => client.uploads(props.room.id);
  const areReady = () => uploads().every((upload) => upload.state().kind === "ready");
  const sendable = () => (uploads().length > 0 ? areReady() : !isBlank(text())) && left() >= 0;
  const attach = (files: readonly File[]) => {
    const problem = files.length > 0 && client.addUploads(props.room.id, files);
    if (problem) notify(problem);
    field?.focus({ preventScroll: true });
  };

  onMount(() => {
    const focus = () => field?.focus({ preventScroll: true });
    props.controls({ focus, attach });
    // On a touch screen the focus would raise the keyboard over the messages.
    if (!isTouch()) focus();
    whenIdle(() => {
      void ComposerCompletion.preload();
      void EmojiDialog.preload();
    });
  });

  const send = () => {
    if (left() < 0) announce(`The message is ${(-left()).toLocaleString()} characters too long.`);
    if (!areReady()) {
      const failed = uploads().some((upload) => upload.state().kind === "failed");
      notify(failed ? "A file could not be sent. Try it again, or remove it." : "The files are still on their way.");
    }
    if (!sendable()) return;
    client.sendMessage(props.room.id, text().trim()).then(
      () => props.onSent(),
      (error: unknown) => notify(explain(error)),
    );
    field?.focus({ preventScroll: true });
  };

  return (
    <div class="composer">
      <div class="composer-above">{props.above}</div>
      <form
        class="composer-box"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        onPaste={(event) => {
          const files = filesOf(event.clipboardData);
          if (files.length === 0) return;
          event.preventDefault();
          attach(files);
        }}
      >
        <Show when={begun()}>
          <ComposerCompletion sources={props.completions ?? []} controls={setCompletion} />
        </Show>
        <Show when={uploads().length > 0}>
          <Tray uploads={uploads()} onEmptied={() => field?.focus({ preventScroll: true })} />
        </Show>
        <input
          ref={(element) => {
            picker = element;
          }}
          type="file"
          multiple
          hidden
          onChange={({ currentTarget: input }) => {
            attach([...(input.files ?? [])]);
            input.value = "";
          }}
        />
        <IconButton icon="clip" label="Attach files" onClick={() => picker?.click()} />
        <GrowingText
          ref={(element) => {
            field = element;
          }}
          label={`Message ${props.room.name}`}
          placeholder={`Message ${props.room.name}`}
          value={text()}
          enterKeyHint={isTouch() ? "enter" : "send"}
          describedBy={left() <= countFrom ? countId : undefined}
          invalid={left() < 0}
          completion={completion()?.field()}
          onBlur={() => completion()?.close()}
          onInput={(value, element) => {
            setBegun(true);
            completion()?.onInput(element);
            client.setDraft(props.room.id, value);
            if (value !== "") client.notifyTyping(props.room.id);
          }}
          onKeyDown={(event) => {
            if (isComposing(event) || event.altKey || (field && completion()?.onKeyDown(event, field))) return;
            if (event.key === "Enter" && !event.shiftKey && (!isTouch() || event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              send();
            } else if (event.key === "ArrowUp" && text() === "") {
              event.preventDefault();
              props.onEditLast();
            }
          }}
        />
        <Show when={left() <= countFrom}>
          <span id={countId} class="composer-count" data-over={left() < 0 ? "" : undefined}>
            {left() < 0 ? `${(-left()).toLocaleString()} too many` : `${left()} left`}
          </span>
        </Show>
        <IconButton
          icon="smile"
          label="Emoji"
          expanded={emojiButton() !== undefined}
          onClick={(event) => setEmojiButton(event.currentTarget as HTMLElement)}
        />
        <button
          type="submit"
          class="icon-button composer-send"
          aria-label="Send"
          title="Send"
          aria-disabled={sendable() ? undefined : "true"}
          onPointerDown={(event) => {
            // The focus, and with it a phone's keyboard, stays in the text.
            event.preventDefault();
          }}
        >
          <Icon name="up" />
        </button>
      </form>
      <Show when={emojiButton()} keyed>
        {(button) => (
          <EmojiDialog
            title="Emoji"
            beside={button}
            onPick={(emoji) => {
              const at = field?.selectionStart ?? 0;
              if (field) insertText(field, at, field.selectionEnd, emoji);
            }}
            onClose={() => setEmojiButton(undefined)}
          />
        )}
      </Show>
    </div>
  );
}
