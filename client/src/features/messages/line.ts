import type { Message } from "@parley/protocol/model";
import { dayOf } from "../../ui/time.ts";

/** How a message stands to its neighbours. */
export interface Line {
  /** Begins another day: a separator stands above it. */
  readonly newDay: boolean;
  /** Begins a group: it shows its author. */
  readonly first: boolean;
  /** Ends a group. */
  readonly last: boolean;
}

const togetherMs = 5 * 60 * 1000;

export function lineOf(before: Message | undefined, message: Message, after: Message | undefined): Line {
  return {
    newDay: before === undefined || dayOf(before.createdAt) !== dayOf(message.createdAt),
    first: before === undefined || !areTogether(before, message),
    last: after === undefined || !areTogether(message, after),
  };
}

/** Messages of one author within five minutes of one day form a group. */
function areTogether(a: Message, b: Message): boolean {
  if (a.author.id !== b.author.id || dayOf(a.createdAt) !== dayOf(b.createdAt)) return false;
  return Math.abs(Date.parse(b.createdAt) - Date.parse(a.createdAt)) <= togetherMs;
}
