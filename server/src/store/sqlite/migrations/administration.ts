import type { Sqlite } from "../../../platform/sqlite.ts";

/** Deactivated users, links that reset a password, and the audit log, which can only grow. */
export function addAdministration(database: Sqlite): void {
  for (const statement of schema) database.exec(statement);
}

const schema = [
  "ALTER TABLE users ADD COLUMN deactivated_at INTEGER",
  "CREATE INDEX users_in_charge ON users (role) WHERE role <> 'member'",
  "CREATE INDEX invites_by_creator ON invites (created_by) WHERE revoked_at IS NULL",

  `CREATE TABLE resets (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
    token_hash TEXT NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    act TEXT NOT NULL,
    actor_id TEXT REFERENCES users (id),
    target_kind TEXT,
    target_id TEXT,
    target_name TEXT,
    detail TEXT,
    address TEXT
  ) STRICT`,
  `CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log can only grow'); END`,
  `CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log can only grow'); END`,
] as const;
