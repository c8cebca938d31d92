/**
 * A text area as high as its text. A hidden copy of the text in the same grid cell gives the height, so nothing is
 * measured while someone writes.
 */
export function GrowingText(props: {
  readonly value: string;
  readonly onInput: (value: string, field: HTMLTextAreaElement) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly onBlur?: () => void;
  readonly onFocus?: () => void;
  readonly label: string;
  readonly placeholder?: string;
  readonly describedBy?: string | undefined;
  readonly invalid?: boolean;
  readonly enterKeyHint?: "send" | "enter" | "done";
  /** The list that completes what is written, and its chosen option while it is open. */
  readonly completion?: { readonly listId: string; readonly activeId: string | undefined } | undefined;
  readonly ref?: (element: HTMLTextAreaElement) => void;
}) {
  return (
    <div class="growing-text">
      <div class="growing-text-copy" aria-hidden="true">
        {/* A line that is still empty has no height without a character in it. */}
        {`${props.value}\u200b`}
      </div>
      <textarea
        ref={(element) => props.ref?.(element)}
        rows={1}
        value={props.value}
        dir="auto"
        aria-label={props.label}
        placeholder={props.placeholder}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid ? "true" : undefined}
        aria-autocomplete={props.completion && "list"}
        aria-controls={props.completion?.activeId && props.completion.listId}
        aria-activedescendant={props.completion?.activeId}
        enterkeyhint={props.enterKeyHint}
        onInput={(event) => props.onInput(event.currentTarget.value, event.currentTarget)}
        onKeyDown={(event) => props.onKeyDown?.(event)}
        onFocus={() => props.onFocus?.()}
        onBlur={() => props.onBlur?.()}
      />
    </div>
  );
}

/** Whether this key press belongs to an input method that is composing a word. Safari says so only by the key code. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
