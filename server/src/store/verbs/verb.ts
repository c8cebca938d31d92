import type { Changes } from "@parley/protocol/frames";
import type { Seq, SignUpPolicy, Topic } from "@parley/protocol/model";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";

/**
 * A verb is written once and runs on every engine. It is a generator: it *yields* each statement and is *sent* that
 * statement's rows. SQLite drives it in one go, so nothing can come between two of its statements; PostgreSQL waits
 * between them, inside one transaction. The SQL is what both share, with `?` for parameters.
 *
 *     verb   ── yield { sql, params } ──▶  engine
 *     verb   ◀── rows ───────────────────  engine
 *
 * An engine owes a verb a serializable transaction, and takes back all that a verb did when it refuses (`isRefusal`) or
 * throws. A verb's texts come from a fixed set, so that an engine may keep them prepared. Verbs that lock several rows
 * take rooms first, then users, then the workspace.
 */
export type Verb<T> = Generator<Statement, T, readonly Row[]>;

export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** Runs a statement for all its rows. */
export function* all<R = Row>(sql: string, ...params: readonly SqlValue[]): Verb<readonly R[]> {
  return (yield { sql, params }) as readonly R[];
}

/** Runs a statement for its first row. */
export function* first<R = Row>(sql: string, ...params: readonly SqlValue[]): Verb<R | undefined> {
  return ((yield { sql, params }) as readonly R[])[0];
}

/** Runs a statement that must return a row. */
export function* one<R = Row>(sql: string, ...params: readonly SqlValue[]): Verb<R> {
  const row = yield* first<R>(sql, ...params);
  if (row === undefined) throw new Error(`no row from: ${sql}`);
  return row;
}

/** Drives a verb to its end where statements are answered at once. */
export function drive<T>(verb: Verb<T>, run: (statement: Statement) => readonly Row[]): T {
  let step = verb.next([]);
  while (!step.done) step = verb.next(run(step.value));
  return step.value;
}

/** What a write may do besides its statements. */
export interface Transaction {
  /** Tells `topic` that these things changed under `seq`. Taken back when the verb fails or refuses. */
  announce(topic: Topic, seq: Seq, things: Changes): void;
  readonly defaults: Defaults;
}

/** What the environment settles until someone with the right to has chosen otherwise. */
export interface Defaults {
  readonly signUp: SignUpPolicy;
}

export type Input<F> = F extends (input: infer I) => unknown ? I : never;
export type Output<F> = F extends (input: never) => Promise<infer O> ? O : never;

export type ReadVerbs = { readonly [K in keyof Reads]: (input: Input<Reads[K]>) => Verb<Output<Reads[K]>> };
export type WriteVerbs = {
  readonly [K in keyof Writes]: (transaction: Transaction, input: Input<Writes[K]>) => Verb<Output<Writes[K]>>;
};

export const done = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const refuse = <R extends string>(refusal: R): { readonly ok: false; readonly refusal: R } => ({
  ok: false,
  refusal,
});

/** Whether a write came to nothing, so that its statements must be taken back. */
export function isRefusal(value: unknown): value is Outcome<never, string> & { readonly ok: false } {
  return typeof value === "object" && value !== null && "ok" in value && value.ok === false;
}
