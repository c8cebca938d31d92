import { For, Show } from "solid-js";
import { Icon, type IconName } from "./Icon.tsx";

export interface Action {
  readonly label: string;
  readonly icon: IconName;
  readonly run: () => void;
}

/** One of a few, of which one holds now. */
export interface Choosing extends Action {
  readonly hint: string;
  readonly chosen: boolean;
}

/** What can be done, one under the other, in a flyout. It is closed first, so that what is done may open another. */
export function ActionList(props: { readonly actions: readonly (Action | Choosing)[]; readonly onClose: () => void }) {
  return (
    <ul class="action-list">
      <For each={props.actions}>
        {(action) => (
          <li>
            <button
              type="button"
              aria-pressed={"chosen" in action ? action.chosen : undefined}
              onClick={() => {
                props.onClose();
                action.run();
              }}
            >
              <Icon name={action.icon} />
              <span>
                {action.label}
                <Show when={"hint" in action && action.hint}>{(hint) => <small>{hint()}</small>}</Show>
              </span>
              <Show when={"chosen" in action && action.chosen}>
                <span class="action-chosen">
                  <Icon name="check" />
                </span>
              </Show>
            </button>
          </li>
        )}
      </For>
    </ul>
  );
}
