import type { Author, Timestamp } from "./model.ts";

/** What the audit log tells of: in a file of its own, since few clients ever need it. */

export const auditActs = [
  "user.created",
  "user.role_changed",
  "user.deactivated",
  "user.reactivated",
  "user.signed_out",
  "session.opened",
  "session.refused",
  "password.link_made",
  "password.link_mailed",
  "password.reset",
  "password.changed",
  "email.changed",
  "email.verified",
  "room.renamed",
  "room.deleted",
  "room.handed_over",
  "room.role_changed",
  "room.member_removed",
  "room.archived",
  "room.reopened",
  "invite.revoked",
  "workspace.renamed",
  "workspace.sign_up_changed",
  "workspace.picture_changed",
  "workspace.restored",
  "backup.made",
  "backup.failed",
] as const;
export type AuditAct = (typeof auditActs)[number];

/** What people do who are not signed in: of others an absent actor means the command line. */
export const actsOfStrangers: ReadonlySet<AuditAct> = new Set(["password.link_mailed", "session.refused"]);

/** Something done to the workspace or to an account, as it was called then. */
export interface AuditEntry {
  readonly id: number;
  readonly at: Timestamp;
  readonly act: AuditAct;
  /** Absent: the command line, or someone who was not signed in (`actsOfStrangers`). */
  readonly actor?: Author;
  readonly target?: { readonly kind: "user" | "room" | "workspace"; readonly id: string; readonly name: string };
  readonly detail?: string;
  /** Where the actor had signed in from, or tried to. */
  readonly address?: string;
}
