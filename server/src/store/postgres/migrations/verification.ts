import type { Migration } from "./migration.ts";

/** Addresses that are verified, those that wait for it, and the links that do it. Reset links know where they were mailed. */
export const addVerification: Migration = [
  "ALTER TABLE users ADD COLUMN email_verified bigint NOT NULL DEFAULT 0",
  `ALTER TABLE users ADD COLUMN pending_email text COLLATE "C"`,
  `ALTER TABLE resets ADD COLUMN mailed_to text COLLATE "C"`,
  `CREATE TABLE verifications (
    user_id text COLLATE "C" PRIMARY KEY REFERENCES users (id),
    email text COLLATE "C" NOT NULL,
    token_hash text COLLATE "C" NOT NULL UNIQUE,
    expires_at bigint NOT NULL
  )`,
];
