import { ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame } from "@parley/protocol/frames";
import type { Writes } from "./store.ts";
import type { Input, Output } from "./verbs/verb.ts";

/** Writes as engines pass them on. */
export type WriteName = keyof Writes;
export type Write = { [K in WriteName]: { readonly verb: K; readonly input: Input<Writes[K]> } }[WriteName];

/** What became of one write of a committed batch. */
export type WriteResult =
  | { readonly ok: true; readonly value: Output<Writes[WriteName]> }
  | { readonly ok: false; readonly error: string }
  /** There is no room to store it. */
  | { readonly ok: false; readonly full: true };

export interface CommittedBatch {
  readonly results: readonly WriteResult[];
  readonly deltas: readonly DeltaFrame[];
  readonly statements: number;
}

/** What a write that was not done is answered. */
export function toWriteError(result: WriteResult | undefined): Error {
  if (result && "full" in result) return storageFull();
  return new Error(result && "error" in result ? result.error : "a write was not answered");
}

/** Nothing was written; the same may succeed once there is room. */
export const storageFull = (): ParleyError => new ParleyError("storage_full", undefined, { retryAfterMs: 5000 });

/** What an engine has done since its start; of statements, those of verbs. */
export interface Counts {
  commits: number;
  writes: number;
  statements: number;
}

/** About how many bytes a write brings. Inputs are flat. */
export const sizeOf = ({ input }: Write): number =>
  Object.values(input).reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 8), 64);
