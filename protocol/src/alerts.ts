import type { NotifyLevel } from "./model.ts";

/** What is known of a message and of the person whom it may call. */
export interface AlertFacts {
  /** They said it themself. */
  readonly own: boolean;
  readonly deleted: boolean;
  /** In a direct room. */
  readonly direct: boolean;
  /** It names them, or everyone. */
  readonly mentioned: boolean;
  readonly level: NotifyLevel;
  /** They have read it, here or on another device. */
  readonly read: boolean;
}

export type AlertReason = "own" | "deleted" | "muted" | "read" | "mentioned" | "direct" | "all" | "not_mentioned";

export interface AlertDecision {
  readonly alerts: boolean;
  readonly reason: AlertReason;
}

/**
 * Whether a message calls somebody, and the one reason that decided it. The whole policy: the server's pushes, the
 * notifications of an open page, and the answer to "why was I (not) notified?" all come from here.
 */
export function decideAlert({ own, deleted, direct, mentioned, level, read }: AlertFacts): AlertDecision {
  if (own) return { alerts: false, reason: "own" };
  if (deleted) return { alerts: false, reason: "deleted" };
  if (level === "none") return { alerts: false, reason: "muted" };
  if (read) return { alerts: false, reason: "read" };
  if (mentioned) return { alerts: true, reason: "mentioned" };
  if (level === "all") return { alerts: true, reason: direct ? "direct" : "all" };
  return { alerts: false, reason: "not_mentioned" };
}
