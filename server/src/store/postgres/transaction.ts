import type { Postgres, PostgresRow, PostgresStatement } from "../../platform/postgres.ts";
import type { Verb } from "../verbs/verb.ts";
import type { Claims } from "./claims.ts";
import { type CommitMark, leaveMark } from "./commit-mark.ts";
import { lockClaims } from "./locks.ts";
import { isChange, isSilent, text, toPostgres } from "./sql.ts";

/** A transaction that writes. What needs no answer of its own travels ahead of the next statement that does. */
export class Transaction {
  readonly #connection: Postgres;
  #ahead: PostgresStatement[];
  #statements = 0;

  /** Begins, and takes its locks, with the first statement. */
  constructor(connection: Postgres, claims: Claims, mark: CommitMark) {
    this.#connection = connection;
    this.#ahead = [text("BEGIN ISOLATION LEVEL READ COMMITTED"), ...lockClaims(claims), leaveMark(mark)];
  }

  /** Statements of writes so far. */
  get statements(): number {
    return this.#statements;
  }

  /** Runs statements of writes, and answers the rows of each. An error of what went ahead rejects as well. */
  run(statements: readonly PostgresStatement[]): Promise<readonly (readonly PostgresRow[])[]> {
    this.#statements += statements.length;
    return this.control(statements);
  }

  /** Lets a statement of a write travel ahead of the next. */
  send(statement: PostgresStatement): void {
    this.#statements += 1;
    this.#ahead.push(toPostgres(statement));
  }

  /** Runs what belongs to no write. Without statements it waits for those that went ahead. */
  async control(statements: readonly PostgresStatement[] = []): Promise<readonly (readonly PostgresRow[])[]> {
    const ahead = this.#ahead;
    this.#ahead = [];
    const answers = await this.#connection.run([...ahead, ...statements.map(toPostgres)]);
    return answers.slice(ahead.length);
  }

  /** Lets what belongs to no write travel ahead. */
  controlAhead(sql: string): void {
    this.#ahead.push(text(sql));
  }

  /** Drives a verb of a write to its end, but for statements that travel ahead. `onChange`: it changes something. */
  async drive<T>(verb: Verb<T>, onChange: () => void = () => {}): Promise<T> {
    let step = verb.next([]);
    while (!step.done) {
      if (isChange(step.value)) onChange();
      if (isSilent(step.value)) {
        this.send(step.value);
        step = verb.next([]);
      } else {
        const [rows = []] = await this.run([step.value]);
        step = verb.next(rows);
      }
    }
    return step.value;
  }
}
