import type { Dump, FinalView, HistoryEvent } from "../history.ts";
import { checkCounters } from "./counters.ts";
import { checkDelivery } from "./delivery.ts";
import { checkEntitlement } from "./entitlement.ts";
import { checkOrder } from "./order.ts";
import { readRun } from "./run.ts";
import { checkStorage } from "./storage.ts";

/** What holds at the end of every run, once all faults are over and every client says that it is up to date. */
export const invariants = {
  I1: "durable: every acknowledged message is stored, and shown to everyone in its room, exactly once",
  I2: "no phantom: whatever is shown or stored was asked for, an act that was refused has left nothing",
  I3: "one order: the same number is the same message to everyone and at any time, and numbers only grow",
  I4: "session order: an author's messages in a room stand as they were sent",
  I5: "no hole: each client has everything up to the newest, as it is now",
  I6: "entitlement: who is out of a room gets no frame of it",
  I7: "read your writes: what was acknowledged is in what its author asks for next",
  I8: "counters: what is unread is what counting shows",
  I9: "derived: the search index has what the messages have, and every attachment its bytes",
  I10: "storage: the database is whole, its numbers are unique and without gaps",
} as const;

export type Invariant = keyof typeof invariants;

export interface Violation {
  readonly invariant: Invariant;
  /** What was found, in one line. */
  readonly found: string;
}

/** Everything that a run leaves to be judged. */
export interface Evidence {
  readonly history: readonly HistoryEvent[];
  readonly views: readonly FinalView[];
  readonly dump: Dump;
}

/** Answers what does not hold, by invariant. Reads nothing but what it is given. */
export function check(evidence: Evidence): readonly Violation[] {
  const run = readRun(evidence);
  return [
    ...checkDelivery(run),
    ...checkOrder(run),
    ...checkEntitlement(run),
    ...checkCounters(run),
    ...checkStorage(run),
  ];
}
