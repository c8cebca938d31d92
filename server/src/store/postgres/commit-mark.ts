import type { Postgres, PostgresStatement } from "../../platform/postgres.ts";

/**
 * How a process finds out what became of a commit whose answer was lost. Transactions run in lanes, one after the other in
 * each, and each leaves the lane's next number in the lane's row. So when the row can be had again, the number that is in
 * it tells: the transaction's own, and it was committed; one before, and it never will be.
 *
 * The numbers of the database itself would not do: after a crash it may give a transaction's number to another one.
 */
export interface CommitMark {
  /** Of this process alone. */
  readonly lane: string;
  readonly number: number;
}

/** Belongs into the transaction. */
export const leaveMark = ({ lane, number }: CommitMark): PostgresStatement => ({
  sql: `INSERT INTO commit_marks (lane, number, at) VALUES ($1, $2, $3)
    ON CONFLICT (lane) DO UPDATE SET number = excluded.number, at = excluded.at`,
  params: [lane, number, Date.now()],
});

/** Waits for the transaction to end, as whoever writes the same row does, and answers whether it was committed. */
export async function isCommitted(connection: Postgres, { lane, number }: CommitMark): Promise<boolean> {
  const [[row] = []] = await connection.run([
    {
      sql: `INSERT INTO commit_marks (lane, number, at) VALUES ($1, 0, $2)
        ON CONFLICT (lane) DO UPDATE SET at = excluded.at RETURNING number`,
      params: [lane, Date.now()],
    },
  ]);
  return row?.number === number;
}

/** Longer than anybody waits for an answer. */
const keptMs = 24 * 60 * 60 * 1000;

/** Those of processes that are gone. A process whose own go makes new ones. */
export const forgetOldMarks = (): PostgresStatement => ({
  sql: "DELETE FROM commit_marks WHERE at < $1",
  params: [Date.now() - keptMs],
});
