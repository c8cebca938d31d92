import { Icon, type IconName } from "./Icon.tsx";

/** A button that shows only a picture. Its label is its name and its tooltip. */
export function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: (event: MouseEvent & { readonly currentTarget: HTMLButtonElement }) => void;
  readonly class?: string;
  readonly expanded?: boolean;
  readonly pressed?: boolean;
  /** It does nothing now, and keeps its place and the focus. */
  readonly idle?: boolean;
  readonly ref?: (element: HTMLButtonElement) => void;
}) {
  return (
    <button
      type="button"
      ref={(element) => props.ref?.(element)}
      class={`icon-button ${props.class ?? ""}`}
      aria-label={props.label}
      title={props.label}
      aria-expanded={props.expanded}
      aria-pressed={props.pressed}
      aria-disabled={props.idle ? "true" : undefined}
      onClick={(event) => !props.idle && props.onClick(event)}
    >
      <Icon name={props.icon} />
    </button>
  );
}
