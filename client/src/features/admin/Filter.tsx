import { limits } from "@parley/protocol/limits";
import { onCleanup } from "solid-js";
import { Icon } from "../../ui/Icon.tsx";

/** Whoever writes pauses this long before what they have written is asked for. */
const pauseMs = 150;

export function Filter(props: { readonly label: string; readonly onInput: (text: string) => void }) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  return (
    <div class="admin-filter">
      <Icon name="search" />
      <input
        class="input"
        type="search"
        aria-label={props.label}
        placeholder={props.label}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={limits.searchLength}
        onInput={(event) => {
          const text = event.currentTarget.value.trim();
          clearTimeout(timer);
          timer = setTimeout(() => props.onInput(text), pauseMs);
        }}
      />
    </div>
  );
}
