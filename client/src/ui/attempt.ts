import { createSignal } from "solid-js";

export interface Attempt {
  /** Runs an act and says what became of it. Of several that overlap the last one speaks. */
  (act: () => Promise<unknown>): Promise<void>;
  busy(): boolean;
  problem(): string | undefined;
}

/** What a part of the page does outside of a form: one act after the other, with the last one's problem beside it. */
export function createAttempt(explain: (error: unknown) => string): Attempt {
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();
  let count = 0;
  const attempt = async (act: () => Promise<unknown>) => {
    const mine = ++count;
    setBusy(true);
    setProblem(undefined);
    try {
      await act();
    } catch (error) {
      if (mine === count) setProblem(explain(error));
    } finally {
      if (mine === count) setBusy(false);
    }
  };
  return Object.assign(attempt, { busy, problem });
}
