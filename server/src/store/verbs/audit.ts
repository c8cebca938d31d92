import type { AuditAct, AuditEntry } from "@parley/protocol/audit";
import type { UserId } from "@parley/protocol/model";
import type { By } from "../administration.ts";
import type { Reads, Writes } from "../store.ts";
import { type AuthorRow, authorColumns, toAuthor, toTimestamp, type UserRow, userColumns } from "./rows.ts";
import { toTarget } from "./standing.ts";
import { all, first, type Input, type Transaction, type Verb } from "./verb.ts";

export interface Recorded {
  readonly act: AuditAct;
  readonly by: Pick<By, "userId" | "address">;
  readonly target: AuditEntry["target"] | null;
  /** Whom the act concerns, where they are not its target. */
  readonly concerns?: UserId;
  readonly detail?: string | null;
  readonly at: number;
}

/** Writes down an act together with what it does: neither is ever on disk without the other. Never given a secret. */
export function* record({ act, by, target, concerns, detail = null, at }: Recorded): Verb<void> {
  yield* all(
    `INSERT INTO audit (at, act, actor_id, target_kind, target_id, target_name, user_id, detail, address)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    at,
    act,
    by.userId,
    target?.kind ?? null,
    target?.id ?? null,
    target?.name ?? null,
    concerns ?? (target?.kind === "user" ? target.id : null),
    detail,
    by.address,
  );
}

export function* recordRefusals(_transaction: Transaction, { refusals }: Input<Writes["recordRefusals"]>): Verb<null> {
  for (const { userId, address, count, at } of refusals) {
    const user = yield* first<UserRow>(`SELECT ${userColumns} FROM users WHERE users.id = ?`, userId);
    const target = user ? toTarget(user) : null;
    const detail = count === 1 ? null : `${count} times`;
    yield* record({ act: "session.refused", by: { userId: null, address }, target, detail, at });
  }
  return null;
}

interface AuditRow extends AuthorRow {
  readonly audit_id: number;
  readonly at: number;
  readonly act: AuditAct;
  readonly actor_id: string | null;
  readonly target_kind: NonNullable<AuditEntry["target"]>["kind"] | null;
  readonly target_id: string;
  readonly target_name: string;
  readonly detail: string | null;
  readonly address: string | null;
}

export function* listAudit({ act, userId, before, limit }: Input<Reads["listAudit"]>): Verb<readonly AuditEntry[]> {
  // Each way to narrow it has an index of its own, so that a page is as quick in a long log as in a short one.
  const one = `audit.id < ?${act === null ? "" : " AND audit.act = ?"}`;
  const newest = (condition: string) =>
    `SELECT audit.id FROM audit WHERE ${condition} AND ${one} ORDER BY audit.id DESC LIMIT ?`;
  const bounds = [before ?? Number.MAX_SAFE_INTEGER, ...(act === null ? [] : [act])];
  const [condition, params] =
    userId === null
      ? [one, bounds]
      : [
          `audit.id IN (SELECT id FROM (${newest("audit.actor_id = ?")}) AS done
           UNION SELECT id FROM (${newest("audit.user_id = ?")}) AS met)`,
          [userId, ...bounds, limit, userId, ...bounds, limit],
        ];
  const rows = yield* all<AuditRow>(
    `SELECT audit.id AS audit_id, audit.at, audit.act, audit.actor_id, audit.target_kind, audit.target_id,
       audit.target_name, audit.detail, audit.address, ${authorColumns}
     FROM audit LEFT JOIN users ON users.id = audit.actor_id WHERE ${condition} ORDER BY audit.id DESC LIMIT ?`,
    ...params,
    limit,
  );
  return rows.map((row) => ({
    id: row.audit_id,
    at: toTimestamp(row.at),
    act: row.act,
    ...(row.actor_id !== null && { actor: toAuthor(row) }),
    ...(row.target_kind !== null && { target: { kind: row.target_kind, id: row.target_id, name: row.target_name } }),
    ...(row.detail !== null && { detail: row.detail }),
    ...(row.address !== null && { address: row.address }),
  }));
}
