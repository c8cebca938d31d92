import type { Postgres, PostgresStatement } from "../../platform/postgres.ts";
import type { Verb } from "../verbs/verb.ts";
import type { Counts } from "../writes.ts";
import { drive } from "./drive.ts";
import type { Pool } from "./pool.ts";
import { text, toPostgres } from "./sql.ts";

/**
 * Runs reading verbs, each in one snapshot. A single statement is one by itself; a verb that has more of them is begun again in
 * a transaction, and from then on at once.
 */
export class Reader {
  readonly #pool: Pool;
  readonly #counts: Counts;
  readonly #long = new Set<string>();

  constructor(pool: Pool, counts: Counts) {
    this.#pool = pool;
    this.#counts = counts;
  }

  read<T>(name: string, begin: () => Verb<T>): Promise<T> {
    return this.#pool.use(async (connection) => {
      if (!this.#long.has(name)) {
        const verb = begin();
        const first = verb.next([]);
        if (first.done) return first.value;
        const [rows = []] = await connection.run([toPostgres(first.value)]);
        const second = verb.next(rows);
        if (second.done) {
          this.#counts.statements += 1;
          return second.value;
        }
        this.#long.add(name);
      }
      return await this.#inSnapshot(connection, begin());
    });
  }

  async #inSnapshot<T>(connection: Postgres, verb: Verb<T>): Promise<T> {
    const ahead = [text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")];
    const run = async (statements: readonly PostgresStatement[]) =>
      (await connection.run([...ahead.splice(0), ...statements])).slice(-statements.length);
    const value = await drive({ run }, verb, () => {
      this.#counts.statements += 1;
    });
    await connection.run([text("COMMIT")]);
    return value;
  }
}
