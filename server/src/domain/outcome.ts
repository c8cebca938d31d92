import { type ErrorCode, ParleyError } from "@parley/protocol/errors";
import type { Outcome } from "../store/outcome.ts";

/** The value of a write, or its refusal as the error that the requester gets. */
export function must<T>(outcome: Outcome<T, ErrorCode>): T {
  if (!outcome.ok) throw new ParleyError(outcome.refusal);
  return outcome.value;
}
