import type { Sqlite } from "../../../platform/sqlite.ts";

/** Whom an act concerned (`user_id`), and an index for each way to narrow the audit log. Their last column is the id. */
export function addAuditFilters(database: Sqlite): void {
  for (const statement of statements) database.exec(statement);
}

const statements = [
  "ALTER TABLE audit ADD COLUMN user_id TEXT REFERENCES users (id)",
  "DROP TRIGGER audit_stays",
  "UPDATE audit SET user_id = target_id WHERE target_kind = 'user'",
  `CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log can only grow'); END`,
  "CREATE INDEX audit_by_act ON audit (act)",
  "CREATE INDEX audit_by_actor ON audit (actor_id)",
  "CREATE INDEX audit_by_actor_and_act ON audit (actor_id, act)",
  "CREATE INDEX audit_by_user ON audit (user_id)",
  "CREATE INDEX audit_by_user_and_act ON audit (user_id, act)",
] as const;
