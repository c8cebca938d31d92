import { Show } from "solid-js";
import { Icon } from "./Icon.tsx";

/** What is wrong with the whole form, read out when it appears. */
export function FormProblem(props: { readonly text: string | undefined }) {
  return (
    <div class="form-alert" role="alert">
      <Show when={props.text}>
        {(text) => (
          <p class="form-problem">
            <Icon name="alert" />
            <span>{text()}</span>
          </p>
        )}
      </Show>
    </div>
  );
}
