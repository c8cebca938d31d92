import { createUniqueId, Show } from "solid-js";

/** Something that is on or off, and holds at once. */
export function Switch(props: {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  const hintId = createUniqueId();
  return (
    <label class="switch">
      <span class="switch-words">
        <b>{props.label}</b>
        <Show when={props.hint}>
          <small id={hintId}>{props.hint}</small>
        </Show>
      </span>
      <input
        class="switch-track"
        type="checkbox"
        role="switch"
        aria-checked={props.checked}
        checked={props.checked}
        disabled={props.disabled}
        aria-describedby={props.hint ? hintId : undefined}
        onChange={(event) => {
          const { checked } = event.currentTarget;
          // What is shown is what holds: it moves when the change has been made.
          event.currentTarget.checked = props.checked;
          props.onChange(checked);
        }}
      />
    </label>
  );
}
