import { type Postgres, PostgresError } from "../../platform/postgres.ts";

/**
 * What became of a transaction whose commit was not answered. One that is still open belongs to a connection that nobody
 * holds any more, and is ended, so that the next answer is final. `unknown`: the database has another past by now, as
 * after the restore of a backup.
 */
export async function findOutcome(
  connection: Postgres,
  transaction: string,
): Promise<"committed" | "aborted" | "in progress" | "unknown"> {
  try {
    const [[row] = []] = await connection.run([
      { sql: "SELECT pg_xact_status($1::text::xid8) AS status", params: [transaction] },
    ]);
    if (row?.status === "committed" || row?.status === "aborted") return row.status;
    if (row?.status !== "in progress") return "unknown";
  } catch (error) {
    if (error instanceof PostgresError && error.code === "22023") return "unknown";
    throw error;
  }
  await connection.run([
    {
      sql: "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = $1::text::xid8::xid",
      params: [transaction],
    },
  ]);
  return "in progress";
}
