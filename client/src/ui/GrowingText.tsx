/**
 * A text area as high as its text. A hidden copy of the text in the same grid cell gives the height, so nothing is
 * measured while someone writes.
 */
export function GrowingText(props: {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly onFocus?: () => void;
  readonly label: string;
  readonly placeholder?: string;
  readonly describedBy?: string | undefined;
  readonly invalid?: boolean;
  readonly enterKeyHint?: "send" | "enter" | "done";
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
        enterkeyhint={props.enterKeyHint}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={(event) => props.onKeyDown?.(event)}
        onFocus={() => props.onFocus?.()}
      />
    </div>
  );
}

/** Whether this key press belongs to an input method that is composing a word. Safari says so only by the key code. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
