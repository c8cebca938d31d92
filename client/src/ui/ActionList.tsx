import { For } from "solid-js";
import { Icon, type IconName } from "./Icon.tsx";

export interface Action {
  readonly label: string;
  readonly icon: IconName;
  readonly run: () => void;
}

/** What can be done, one under the other, in a sheet or a popover. It is closed first, so that what is done may open another. */
export function ActionList(props: { readonly actions: readonly Action[]; readonly onClose: () => void }) {
  return (
    <ul class="action-list">
      <For each={props.actions}>
        {(action) => (
          <li>
            <button
              type="button"
              onClick={() => {
                props.onClose();
                action.run();
              }}
            >
              <Icon name={action.icon} />
              {action.label}
            </button>
          </li>
        )}
      </For>
    </ul>
  );
}
