import type { AuditEntry } from "@parley/protocol/model";
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
  page: { readonly before: number | null; readonly limit: number },
): Promise<{ readonly entries: readonly AuditEntry[]; readonly before: number | null }> {
  requireAdminArea(actor);
  const found = await app.store.listAudit({ ...page, limit: page.limit + 1 });
  const entries = found.slice(0, page.limit);
  return { entries, before: found.length > page.limit ? (entries.at(-1)?.id ?? null) : null };
}
