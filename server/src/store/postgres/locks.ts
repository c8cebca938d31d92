import type { PostgresStatement } from "../../platform/postgres.ts";
import type { Claims } from "./claims.ts";

/** Locks are held until their transaction ends, and go with a process that dies. */

/** Locks without a row have a number. Parley's begin with the letters "Par" in ASCII. */
const numbered = (call: string, number: number): PostgresStatement => ({
  sql: `SELECT ${call}($1)`,
  params: [number],
});

const migrating = 0x50_61_72_01;
const writing = 0x50_61_72_02;
const indexing = 0x50_61_72_03;
const backingUp = 0x50_61_72_04;

export const lockMigrations = numbered("pg_advisory_xact_lock", migrating);

export const tryLockIndexing: PostgresStatement = {
  sql: "SELECT pg_try_advisory_xact_lock($1)::int AS locked",
  params: [indexing],
};

/** For as long as the connection is open. */
export const lockBackingUp: PostgresStatement = {
  sql: "SELECT pg_try_advisory_lock($1)::int AS locked",
  params: [backingUp],
};

export function lockClaims(claims: Claims): readonly PostgresStatement[] {
  if (claims === "everything") return [numbered("pg_advisory_xact_lock", writing)];
  return [
    numbered("pg_advisory_xact_lock_shared", writing),
    ...lockRows("rooms", claims.rooms),
    ...lockRows("users", claims.users),
  ];
}

/** In the order of their ids, so that of two transactions one waits for the other, and never each for the other. */
function lockRows(table: "rooms" | "users", ids: readonly string[]): readonly PostgresStatement[] {
  if (ids.length === 0) return [];
  return [{ sql: `SELECT 1 FROM ${table} WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE`, params: [ids] }];
}
