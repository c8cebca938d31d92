import type { AuditAct, AuditEntry } from "@parley/protocol/audit";
import { ParleyError } from "@parley/protocol/errors";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import type { By } from "../store/administration.ts";
import { requireAdminArea } from "./access.ts";

/** For the audit log: who, and where they signed in from. */
export const toBy = ({ user, session }: SignedIn): By => ({
  userId: user.id,
  role: user.role,
  address: session.address,
});

export async function listAudit(
  app: App,
  actor: SignedIn,
  input: {
    readonly act: AuditAct | null;
    /** An id or user name; null: everybody. */
    readonly user: string | null;
    readonly before: number | null;
    readonly limit: number;
  },
): Promise<{ readonly entries: readonly AuditEntry[]; readonly before: number | null }> {
  requireAdminArea(actor);
  const { user, limit, ...page } = input;
  const person = user === null ? null : await app.store.findAccount({ reference: user });
  if (user !== null && !person) throw new ParleyError("not_found", "Nobody has that user name.");
  const found = await app.store.listAudit({ ...page, userId: person?.id ?? null, limit: limit + 1 });
  const entries = found.slice(0, limit);
  return { entries, before: found.length > limit ? (entries.at(-1)?.id ?? null) : null };
}
