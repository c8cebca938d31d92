import { createSignal } from "solid-js";

/** What is wrong, by field name; under "" what concerns the whole form. */
export type Problems = Readonly<Record<string, string | undefined>>;

export interface Form {
  problem(field: string): string | undefined;
  busy(): boolean;
  /** Whether it was sent, and nothing has changed since. */
  done(): boolean;
  onSubmit(event: SubmitEvent): void;
  /** Takes a field's input: hands it to `set`, and no longer shows what was wrong with what stood there. */
  input<T>(field: string, set: (value: T) => void): (value: T) => void;
  /** What binds a `Field` of this name to the value that it shows. */
  field(name: string, value: () => string, set: (value: string) => void): Bound;
}

export interface Bound {
  readonly name: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onInput: (value: string) => void;
}

/** The life of a form: check, send once, show what is wrong where it is wrong, and put the cursor there. */
export function createForm(options: {
  readonly check?: () => Problems;
  readonly send: () => Promise<void>;
  readonly explain: (error: unknown) => Problems;
}): Form {
  const [problems, setProblems] = createSignal<Problems>({});
  const [busy, setBusy] = createSignal(false);
  const [done, setDone] = createSignal(false);

  const submit = async (form: HTMLFormElement) => {
    const wrong = options.check?.() ?? {};
    setProblems(wrong);
    if (Object.values(wrong).some(Boolean)) {
      focusFirstProblem(form);
      return;
    }
    setBusy(true);
    setDone(false);
    try {
      await options.send();
      setDone(true);
    } catch (error) {
      setProblems(options.explain(error));
      focusFirstProblem(form);
    } finally {
      setBusy(false);
    }
  };

  const input =
    <T>(field: string, set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setDone(false);
      if (problems()[field] !== undefined) setProblems({ ...problems(), [field]: undefined });
    };

  return {
    problem: (field) => problems()[field],
    busy,
    done,
    onSubmit(event) {
      event.preventDefault();
      if (!busy() && event.currentTarget instanceof HTMLFormElement) void submit(event.currentTarget);
    },
    input,
    field: (name, value, set) => ({ name, value: value(), error: problems()[name], onInput: input(name, set) }),
  };
}

function focusFirstProblem(form: HTMLFormElement): void {
  form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}
