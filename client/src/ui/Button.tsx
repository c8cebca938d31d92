import type { JSX } from "solid-js";

/** A button with words. While `busy` it keeps its place, its focus and its size, and does nothing. */
export function Button(props: {
  readonly children: JSX.Element;
  readonly kind?: "primary" | "plain" | "quiet" | "danger" | "danger-quiet";
  readonly type?: "button" | "submit";
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly wide?: boolean;
  readonly autofocus?: boolean;
  readonly onClick?: () => void;
}) {
  return (
    <button
      type={props.type ?? "button"}
      class="button"
      ref={(element) => {
        if (props.autofocus) queueMicrotask(() => element.focus());
      }}
      data-kind={props.kind ?? "plain"}
      data-wide={props.wide ? "" : undefined}
      data-busy={props.busy ? "" : undefined}
      aria-disabled={props.busy ? "true" : undefined}
      disabled={props.disabled}
      onClick={() => {
        if (!props.busy) props.onClick?.();
      }}
    >
      {props.children}
    </button>
  );
}
