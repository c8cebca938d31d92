import type { Broken } from "../src/play.ts";

/**
 * A bug that is put into a copy of the source, to see that the torture finds it. It is in no build: only here, as text and
 * what takes its place.
 */
export interface Fault {
  readonly name: string;
  readonly about: string;
  readonly patches: readonly Patch[];
  /** What brings it to light. */
  readonly run: { readonly scenario: string; readonly count: number; readonly talkers: number };
  /** What must break. Other things may as well. */
  readonly caughtBy: Broken;
}

export interface Patch {
  /** From the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once; where it does not, the fault must be written anew. */
  readonly find: string;
  readonly replace: string;
}
