import type { Message } from "@parley/protocol/model";
import type { Verb } from "./verb.ts";

/** How an engine keeps its full-text index: the part of searching that engines do not share. */
export interface SearchTables {
  /**
   * Selects the `number`s that a query proposes, newest first. Its parameters: the query, the number before which it
   * begins, the least number, and how many at most.
   */
  readonly proposals: string;
  /** All of `wanted`, or everything if there is none, and none of `unwanted`. */
  toQuery(wanted: readonly Clause[], unwanted: readonly Clause[]): string;
  /** Adds messages under numbers that are not taken. */
  put(entries: readonly SearchEntry[]): Verb<void>;
  remove(numbers: readonly number[]): Verb<void>;
}

export interface SearchEntry {
  readonly number: number;
  readonly message: Message;
}

/** Tokens and ids have letters and digits only, and characters beyond ASCII: nothing in them is an operator. */
export type Clause =
  | { readonly field: "content"; readonly tokens: readonly string[]; readonly prefix: boolean }
  | { readonly field: "room" | "author" | "things"; readonly anyOf: readonly string[] };
