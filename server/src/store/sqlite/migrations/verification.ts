import type { Sqlite } from "../../../platform/sqlite.ts";

/** Addresses that are verified, those that wait for it, and the links that do it. Reset links know where they were mailed. */
export function addVerification(database: Sqlite): void {
  for (const statement of schema) database.exec(statement);
}

const schema = [
  "ALTER TABLE users ADD COLUMN email_verified INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE users ADD COLUMN pending_email TEXT",
  "ALTER TABLE resets ADD COLUMN mailed_to TEXT",
  `CREATE TABLE verifications (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
    email TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
] as const;
