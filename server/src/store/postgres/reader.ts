import { ParleyError } from "@parley/protocol/errors";
import { type Postgres, PostgresError, type PostgresRow, type PostgresStatement } from "../../platform/postgres.ts";
import type { Verb } from "../verbs/verb.ts";
import type { Counts } from "../writes.ts";
import { drive } from "./drive.ts";
import type { Pool } from "./pool.ts";
import { text, toPostgres } from "./sql.ts";

interface Asked {
  readonly statement: PostgresStatement;
  readonly resolve: (rows: readonly PostgresRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads of one indexed statement that requests begin with. */
const quick: ReadonlySet<string> = new Set(["getWorkspace", "findSession", "findRoom", "findMessage", "findSent"]);
const askedAtOnce = 64;
const askedMax = 5000;

/**
 * Runs reading verbs, each in one snapshot. Reads change nothing, so one whose connection was lost is tried once more.
 *
 * What requests begin with goes over one connection, as much as waits in one round trip, and is answered in the order in
 * which it was asked: so what somebody does one after the other, without waiting, is begun in that order.
 */
export class Reader {
  readonly #pool: Pool;
  readonly #quickPool: Pool;
  readonly #counts: Counts;
  /** Verbs of which the last one had more than one statement. */
  readonly #long = new Set<string>();
  #asked: Asked[] = [];
  #asking = false;

  constructor(pool: Pool, quickPool: Pool, counts: Counts) {
    this.#pool = pool;
    this.#quickPool = quickPool;
    this.#counts = counts;
  }

  read<T>(name: string, begin: () => Verb<T>): Promise<T> {
    if (quick.has(name)) return drive({ run: (statements) => this.#ask(statements) }, begin(), () => this.#count());
    return twice(
      () =>
        new Promise<T>((resolve, reject) => {
          this.#pool.use((connection) => this.#readOn(connection, name, begin, resolve)).catch(reject);
        }),
    );
  }

  /**
   * A single statement is a snapshot by itself. A verb that has more is begun again in a transaction, and then at once; who
   * asked does not wait for that to end.
   */
  async #readOn<T>(
    connection: Postgres,
    name: string,
    begin: () => Verb<T>,
    onValue: (value: T) => void,
  ): Promise<void> {
    if (!this.#long.has(name)) {
      const verb = begin();
      const first = verb.next([]);
      if (first.done) return onValue(first.value);
      const [rows = []] = await connection.run([toPostgres(first.value)]);
      const second = verb.next(rows);
      if (second.done) {
        this.#count();
        return onValue(second.value);
      }
      this.#long.add(name);
    }
    const ahead = [text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")];
    const run = async (statements: readonly PostgresStatement[]) =>
      (await connection.run([...ahead.splice(0), ...statements])).slice(-statements.length);
    onValue(await drive({ run }, begin(), () => this.#count()));
    await connection.run([text("COMMIT")]);
  }

  async #ask(statements: readonly PostgresStatement[]): Promise<readonly (readonly PostgresRow[])[]> {
    return Promise.all(
      statements.map((statement) => {
        const { promise, resolve, reject } = Promise.withResolvers<readonly PostgresRow[]>();
        if (this.#asked.length >= askedMax) reject(new ParleyError("unavailable"));
        else this.#asked.push({ statement, resolve, reject });
        if (!this.#asking) void this.#answer();
        return promise;
      }),
    );
  }

  async #answer(): Promise<void> {
    this.#asking = true;
    // What else this turn of the event loop asks shall go along.
    await Promise.resolve();
    while (this.#asked.length > 0) {
      const asked = this.#asked.splice(0, askedAtOnce);
      try {
        const answers = await this.#run(asked);
        for (const [index, { resolve }] of asked.entries()) resolve(answers[index] ?? []);
      } catch (error) {
        const [only] = asked;
        if (asked.length === 1) only?.reject(error);
        // One of them is at fault: each for itself, and the others are answered.
        else for (const each of asked) await this.#run([each]).then(([rows = []]) => each.resolve(rows), each.reject);
      }
    }
    this.#asking = false;
  }

  #run(asked: readonly Asked[]): Promise<readonly (readonly PostgresRow[])[]> {
    const statements = asked.map(({ statement }) => statement);
    return twice(() => this.#quickPool.use((connection) => connection.run(statements)));
  }

  #count(): void {
    this.#counts.statements += 1;
  }
}

/** Once more when the connection was lost; then it is the database that is out of reach. */
async function twice<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isLost(error)) throw error;
  }
  return read().catch((error: unknown) => Promise.reject(isLost(error) ? new ParleyError("unavailable") : error));
}

const isLost = (error: unknown): boolean => error instanceof PostgresError && error.code === null;
