import type { Migration } from "./migration.ts";

/** Whom an act concerned (`user_id`), and an index for each way to narrow the audit log. */
export const addAuditFilters: Migration = [
  'ALTER TABLE audit ADD COLUMN user_id text COLLATE "C" REFERENCES users (id)',
  "ALTER TABLE audit DISABLE TRIGGER audit_keeps",
  "UPDATE audit SET user_id = target_id WHERE target_kind = 'user'",
  "ALTER TABLE audit ENABLE TRIGGER audit_keeps",
  "CREATE INDEX audit_by_act ON audit (act, id)",
  "CREATE INDEX audit_by_actor ON audit (actor_id, id)",
  "CREATE INDEX audit_by_actor_and_act ON audit (actor_id, act, id)",
  "CREATE INDEX audit_by_user ON audit (user_id, id)",
  "CREATE INDEX audit_by_user_and_act ON audit (user_id, act, id)",
];
