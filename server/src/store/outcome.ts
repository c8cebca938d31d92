/** What a write came to: done, or refused for one of the reasons that its caller must answer. */
export type Outcome<T, Refusal extends string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };
