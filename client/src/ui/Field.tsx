import { createSignal, createUniqueId, type JSX, Show } from "solid-js";
import type { Bound } from "./form.ts";
import { Icon } from "./Icon.tsx";

export interface FieldProps {
  readonly label: string;
  /** Its place in a form. */
  readonly bound: Bound;
  readonly hint?: string | undefined;
  readonly type?: "text" | "email" | "password";
  readonly autocomplete?: JSX.HTMLAutocomplete;
  readonly autofocus?: boolean;
  readonly maxLength?: number;
  readonly placeholder?: string;
  /** Names, addresses and codes: no capital letters, no spell check. */
  readonly literal?: boolean;
  /** Adds "optional" to the label. */
  readonly optional?: boolean;
}

/** One line of input with its label above and its hint, or what is wrong with it, below. */
export function Field(props: FieldProps) {
  const [shown, setShown] = createSignal(false);
  const id = createUniqueId();
  const noteId = `${id}-note`;
  const type = () => (props.type === "password" && shown() ? "text" : (props.type ?? "text"));

  return (
    <div class="field">
      <FieldLabel for={id} label={props.label} optional={props.optional} />
      <div class="field-box">
        <input
          id={id}
          class="input"
          ref={(element) => {
            if (props.autofocus) queueMicrotask(() => element.focus());
          }}
          name={props.bound.name}
          type={type()}
          value={props.bound.value}
          dir="auto"
          autocomplete={props.autocomplete}
          autocapitalize={props.literal ? "none" : undefined}
          spellcheck={props.literal ? false : undefined}
          maxLength={props.maxLength}
          placeholder={props.placeholder}
          aria-invalid={props.bound.error ? "true" : undefined}
          aria-describedby={props.bound.error || props.hint ? noteId : undefined}
          onInput={(event) => props.bound.onInput(event.currentTarget.value)}
        />
        <Show when={props.type === "password"}>
          <button
            type="button"
            class="icon-button field-reveal"
            aria-label="Show password"
            aria-pressed={shown()}
            title={shown() ? "Hide password" : "Show password"}
            onClick={() => setShown(!shown())}
          >
            <Icon name={shown() ? "eyeOff" : "eye"} />
          </button>
        </Show>
      </div>
      <FieldNote id={noteId} hint={props.hint} error={props.bound.error} />
    </div>
  );
}

/** Several lines of input. */
export function TextField(props: Omit<FieldProps, "type" | "autocomplete"> & { readonly rows?: number }) {
  const id = createUniqueId();
  const noteId = `${id}-note`;
  return (
    <div class="field">
      <FieldLabel for={id} label={props.label} optional={props.optional} />
      <textarea
        id={id}
        class="input"
        name={props.bound.name}
        rows={props.rows ?? 3}
        value={props.bound.value}
        dir="auto"
        maxLength={props.maxLength}
        placeholder={props.placeholder}
        aria-invalid={props.bound.error ? "true" : undefined}
        aria-describedby={props.bound.error || props.hint ? noteId : undefined}
        onInput={(event) => props.bound.onInput(event.currentTarget.value)}
      />
      <FieldNote id={noteId} hint={props.hint} error={props.bound.error} />
    </div>
  );
}

function FieldLabel(props: { readonly for: string; readonly label: string; readonly optional: boolean | undefined }) {
  return (
    <label class="field-label" for={props.for}>
      {props.label}
      <Show when={props.optional}>
        <span class="field-optional"> optional</span>
      </Show>
    </label>
  );
}

function FieldNote(props: {
  readonly id: string;
  readonly hint: string | undefined;
  readonly error: string | undefined;
}) {
  return (
    <Show when={props.error ?? props.hint}>
      {(text) => (
        <p id={props.id} class="field-note" data-error={props.error ? "" : undefined}>
          <Show when={props.error}>
            <Icon name="alert" />
          </Show>
          {text()}
        </p>
      )}
    </Show>
  );
}
