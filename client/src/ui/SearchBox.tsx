import type { JSX } from "solid-js";
import { Icon } from "./Icon.tsx";
import "./search-box.css";

export interface Combobox {
  /** Its list, the one of it that is chosen, and whether it is shown. */
  readonly listId: string;
  readonly activeId: string | undefined;
  readonly open: boolean;
  onKeyDown(event: KeyboardEvent): void;
  /** The caret may be elsewhere. */
  onCaret(): void;
  onLeave(): void;
}

/** One line for what to look for in the list below it. */
export function SearchBox(props: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
  /** Else the label. */
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly autofocus?: boolean;
  readonly ref?: (element: HTMLInputElement) => void;
  /** Of a field that completes what is written in it. */
  readonly combobox?: Combobox;
  /** Of a `datalist` among its children: what the browser itself offers. */
  readonly offeredId?: string;
  /** The list of its completions. */
  readonly children?: JSX.Element;
}) {
  return (
    <div class="search-box">
      <Icon name="search" />
      <input
        ref={(element) => {
          props.ref?.(element);
          if (props.autofocus) queueMicrotask(() => element.focus());
        }}
        class="input"
        type="search"
        role={props.combobox && "combobox"}
        aria-label={props.label}
        placeholder={props.placeholder ?? props.label}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        enterkeyhint="search"
        dir="auto"
        aria-autocomplete={props.combobox && "list"}
        aria-expanded={props.combobox?.open}
        aria-controls={props.combobox?.listId}
        aria-activedescendant={props.combobox?.activeId}
        maxLength={props.maxLength}
        list={props.offeredId}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={(event) => props.combobox?.onKeyDown(event)}
        onKeyUp={() => props.combobox?.onCaret()}
        onClick={() => props.combobox?.onCaret()}
        onBlur={() => props.combobox?.onLeave()}
      />
      {props.children}
    </div>
  );
}
