import { isBlank } from "@parley/protocol/content";
import { codePoints, limits } from "@parley/protocol/limits";
import type { Room } from "@parley/protocol/model";
import { createUniqueId, type JSX, onMount, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { GrowingText, isComposing } from "../../ui/GrowingText.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { isTouch } from "../../ui/media.ts";
import { announce } from "../../ui/notices.tsx";

/** From so few characters before the limit on, the rest is counted. */
const countFrom = 200;

/** What the room around it may ask of the composer. */
export interface ComposerControls {
  focus(): void;
}

/** Where a message is written. Mount it anew for another room. */
export function Composer(props: {
  readonly room: Room;
  /** The line above: who is typing, or that there is no connection. */
  readonly above: JSX.Element;
  readonly onSent: () => void;
  /** Arrow up in an empty composer. */
  readonly onEditLast: () => void;
  readonly controls: (controls: ComposerControls) => void;
}) {
  const client = useClient();
  const countId = createUniqueId();
  let field: HTMLTextAreaElement | undefined;
  const text = () => client.draft(props.room.id);
  const left = () => limits.messageLength - codePoints(text());
  const sendable = () => !isBlank(text()) && left() >= 0;

  onMount(() => {
    const focus = () => field?.focus({ preventScroll: true });
    props.controls({ focus });
    // On a touch screen the focus would raise the keyboard over the messages.
    if (!isTouch()) focus();
  });

  const send = () => {
    if (left() < 0) announce(`The message is ${-left()} characters too long.`);
    if (!sendable()) return;
    client.sendMessage(props.room.id, text().trim());
    client.setDraft(props.room.id, "");
    props.onSent();
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
      >
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
          onInput={(value) => {
            client.setDraft(props.room.id, value);
            if (value !== "") client.notifyTyping(props.room.id);
          }}
          onKeyDown={(event) => {
            if (isComposing(event) || event.altKey) return;
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
            {left() < 0 ? `${-left()} too many` : `${left()} left`}
          </span>
        </Show>
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
    </div>
  );
}
