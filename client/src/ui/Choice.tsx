import { createUniqueId, For, Show } from "solid-js";
import { Icon, type IconName } from "./Icon.tsx";

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
  readonly icon?: IconName;
}

/** One of a few: radio buttons that show what each choice means. */
export function Choice<Value extends string>(props: {
  readonly label: string;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly compact?: boolean;
}) {
  const name = createUniqueId();
  return (
    <fieldset class="choice" data-compact={props.compact ? "" : undefined}>
      <legend class="field-label">{props.label}</legend>
      <div class="choice-options">
        <For each={props.options}>
          {(option) => (
            <label class="choice-option">
              <input
                type="radio"
                name={name}
                value={option.value}
                checked={props.value === option.value}
                onChange={() => props.onChange(option.value)}
              />
              <Show when={option.icon}>{(icon) => <Icon name={icon()} />}</Show>
              <span class="choice-words">
                <b>{option.label}</b>
                <Show when={option.hint}>
                  <small>{option.hint}</small>
                </Show>
              </span>
            </label>
          )}
        </For>
      </div>
    </fieldset>
  );
}
