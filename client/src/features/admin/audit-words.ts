import { type AuditAct, type AuditEntry, actsOfStrangers } from "@parley/protocol/audit";
import type { IconName } from "../../ui/Icon.tsx";

/** An act as the log tells it, between who did it and whom or what they did it to, and as a filter calls it. */
interface Words {
  readonly does: string;
  readonly filter: string;
  /** Done to oneself: whom is not said again. */
  readonly own?: true;
}

interface Group {
  readonly title: string;
  readonly icon: IconName;
  readonly acts: Partial<Record<AuditAct, Words>>;
}

export const groups: readonly Group[] = [
  {
    title: "Sign-ins",
    icon: "monitor",
    acts: {
      "session.opened": { does: "signed in", filter: "Sign-ins of owners and admins", own: true },
      "session.refused": { does: "failed to sign in as", filter: "Failed sign-ins" },
    },
  },
  {
    title: "People",
    icon: "users",
    acts: {
      "user.created": { does: "opened an account for", filter: "Accounts opened" },
      "user.role_changed": { does: "changed the role of", filter: "Roles changed" },
      "user.deactivated": { does: "deactivated", filter: "Deactivated" },
      "user.reactivated": { does: "reactivated", filter: "Reactivated" },
      "user.signed_out": { does: "signed out everywhere", filter: "Signed out everywhere" },
    },
  },
  {
    title: "Passwords and e-mail",
    icon: "lock",
    acts: {
      "password.link_made": { does: "made a reset link for", filter: "Reset links made" },
      "password.link_mailed": { does: "asked for a reset link by mail for", filter: "Reset links mailed" },
      "password.reset": { does: "chose a new password with a reset link", filter: "Reset links used", own: true },
      "password.changed": { does: "changed their password", filter: "Passwords changed", own: true },
      "email.changed": { does: "changed the e-mail address of", filter: "E-mail addresses changed" },
      "email.verified": { does: "verified their e-mail address", filter: "E-mail addresses verified", own: true },
    },
  },
  {
    title: "Rooms",
    icon: "hash",
    acts: {
      "room.renamed": { does: "renamed the room to", filter: "Rooms renamed" },
      "room.archived": { does: "archived the room", filter: "Rooms archived" },
      "room.reopened": { does: "took back into use", filter: "Rooms taken back into use" },
      "room.deleted": { does: "deleted the room", filter: "Rooms deleted" },
      "room.handed_over": { does: "handed over the room", filter: "Rooms handed over" },
      "room.role_changed": { does: "changed a role in", filter: "Roles in rooms changed" },
      "room.member_removed": { does: "removed someone from", filter: "Members removed" },
      "invite.revoked": { does: "revoked an invite to", filter: "Invites revoked" },
    },
  },
  {
    title: "Workspace",
    icon: "settings",
    acts: {
      "workspace.renamed": { does: "renamed the workspace to", filter: "Renamed" },
      "workspace.sign_up_changed": { does: "changed who may sign up to", filter: "Sign-up changed" },
      "workspace.picture_changed": { does: "changed the picture of", filter: "Picture changed" },
      "workspace.restored": { does: "restored a backup of", filter: "Restored from backups" },
      "backup.made": { does: "made a backup of", filter: "Backups made" },
      "backup.failed": { does: "could not make a backup of", filter: "Backups that failed" },
    },
  },
];

const known = new Map(
  groups.flatMap(({ icon, acts }) =>
    Object.entries(acts).map(([act, words]) => [act as AuditAct, { icon, ...words }] as const),
  ),
);

export interface Told {
  readonly icon: IconName;
  readonly who: string;
  readonly does: string;
  readonly whom?: string | undefined;
}

/** Who does what nobody does who is signed in. */
function whoElse(act: AuditAct): string {
  if (act === "backup.made" || act === "backup.failed") return "Parley";
  return actsOfStrangers.has(act) ? "Someone" : "The command line";
}

export function tell({ act, actor, target, address }: AuditEntry): Told {
  const { icon, does, own } = known.get(act) ?? { icon: "info", does: act };
  const who = actor?.displayName ?? whoElse(act);
  if (act === "session.refused" && !target) {
    const as = address === undefined ? "with other names or from other addresses" : "with names that nobody has";
    return { icon: "alert", who, does: `failed to sign in ${as}` };
  }
  return {
    icon: act === "session.refused" || act === "backup.failed" ? "alert" : icon,
    who,
    does,
    whom: own ? undefined : target?.name,
  };
}
