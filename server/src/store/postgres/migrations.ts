import type { Postgres, PostgresStatement } from "../../platform/postgres.ts";
import { StartError } from "../../start-error.ts";
import { newerSchema } from "../schema.ts";
import { lockMigrations } from "./locks.ts";
import { addAuditFilters } from "./migrations/audit-filters.ts";
import { addBackups } from "./migrations/backups.ts";
import { addBounds } from "./migrations/bounds.ts";
import { addCommitMarks } from "./migrations/commit-marks.ts";
import { createFoundation } from "./migrations/foundation.ts";
import type { Migration } from "./migrations/migration.ts";
import { addOwnReactions } from "./migrations/own-reactions.ts";
import { addVerification } from "./migrations/verification.ts";

/**
 * Each entry leads from the schema before it to the next; its number is its place, from 1. Entries never change: a new
 * one is added at the end, in a file of its own in `migrations/`, together with SQLite's.
 */
const migrations: readonly Migration[] = [
  createFoundation,
  addAuditFilters,
  addBounds,
  addVerification,
  addCommitMarks,
  addOwnReactions,
  addBackups,
];

export const schemaVersion = migrations.length;

/**
 * Brings the database to this program's schema: each step in one transaction together with its number. Of several
 * processes that start at once one takes each step, and the others wait for it. Throws `StartError` on a database that a
 * newer program has written.
 */
export const migrate = (connection: Postgres): Promise<void> => migrateTo(connection, schemaVersion);

/** Takes the steps up to schema `version` that have not been taken. */
export async function migrateTo(connection: Postgres, version: number): Promise<void> {
  for (;;) {
    await connection.run([text("BEGIN"), lockMigrations, text(createVersion)]);
    const [rows = []] = await connection.run([text("SELECT version FROM parley_schema")]);
    const found = Number(rows[0]?.version ?? 0);
    const step = migrations.slice(0, version)[found];
    if (!step) {
      await connection.run([text("COMMIT")]);
      if (found > schemaVersion) throw new StartError(newerSchema(found, schemaVersion));
      return;
    }
    await connection.run(step.map((each) => (typeof each === "string" ? text(each) : each())));
    await connection.run([text("DELETE FROM parley_schema"), setVersion(found + 1), text("COMMIT")]);
  }
}

const text = (sql: string): PostgresStatement => ({ sql, params: [] });

const createVersion = "CREATE TABLE IF NOT EXISTS parley_schema (version bigint NOT NULL)";

const setVersion = (version: number): PostgresStatement => ({
  sql: "INSERT INTO parley_schema (version) VALUES ($1)",
  params: [version],
});
