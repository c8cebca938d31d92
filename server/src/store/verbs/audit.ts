import type { AuditAct, AuditEntry } from "@parley/protocol/model";
import type { By } from "../administration.ts";
import type { Reads } from "../store.ts";
import { type AuthorRow, authorColumns, toAuthor, toTimestamp } from "./rows.ts";
import { all, type Input, type Verb } from "./verb.ts";

export interface Recorded {
  readonly act: AuditAct;
  readonly by: Pick<By, "userId" | "address">;
  readonly target: NonNullable<AuditEntry["target"]>;
  readonly detail?: string | null;
  readonly at: number;
}

/** Writes down an act together with what it does: neither is ever on disk without the other. Never given a secret. */
export function* record({ act, by, target, detail = null, at }: Recorded): Verb<void> {
  yield* all(
    `INSERT INTO audit (at, act, actor_id, target_kind, target_id, target_name, detail, address)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    at,
    act,
    by.userId,
    target.kind,
    target.id,
    target.name,
    detail,
    by.address,
  );
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

export function* listAudit({ before, limit }: Input<Reads["listAudit"]>): Verb<readonly AuditEntry[]> {
  const rows = yield* all<AuditRow>(
    `SELECT audit.id AS audit_id, audit.at, audit.act, audit.actor_id, audit.target_kind, audit.target_id,
       audit.target_name, audit.detail, audit.address, ${authorColumns}
     FROM audit LEFT JOIN users ON users.id = audit.actor_id WHERE audit.id < ? ORDER BY audit.id DESC LIMIT ?`,
    before ?? Number.MAX_SAFE_INTEGER,
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
