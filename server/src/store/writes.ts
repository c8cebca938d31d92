import type { DeltaFrame } from "@parley/protocol/frames";
import type { Writes } from "./store.ts";
import type { Input, Output } from "./verbs/verb.ts";

/** Writes as engines pass them on. */
export type WriteName = keyof Writes;
export type Write = { [K in WriteName]: { readonly verb: K; readonly input: Input<Writes[K]> } }[WriteName];

/** What became of one write of a committed batch. */
export type WriteResult =
  | { readonly ok: true; readonly value: Output<Writes[WriteName]> }
  | { readonly ok: false; readonly error: string };

export interface CommittedBatch {
  readonly results: readonly WriteResult[];
  readonly deltas: readonly DeltaFrame[];
  readonly statements: number;
}

/** What an engine has done since its start; of statements, those of verbs. */
export interface Counts {
  commits: number;
  writes: number;
  statements: number;
}

/** About how many bytes a write brings. Inputs are flat. */
export const sizeOf = ({ input }: Write): number =>
  Object.values(input).reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 8), 64);
