import type { Postgres } from "../../platform/postgres.ts";
import type { Statement, Verb } from "../verbs/verb.ts";
import { toPostgres } from "./sql.ts";

/** Drives a verb to its end on a connection, waiting between its statements. */
export async function drive<T>(
  connection: Pick<Postgres, "run">,
  verb: Verb<T>,
  onStatement: (statement: Statement) => void = () => {},
): Promise<T> {
  let step = verb.next([]);
  while (!step.done) {
    onStatement(step.value);
    const [rows = []] = await connection.run([toPostgres(step.value)]);
    step = verb.next(rows);
  }
  return step.value;
}
