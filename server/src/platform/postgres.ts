import pg from "pg";

/** PostgreSQL as an engine of the store uses it. The only file that knows which library that is. */
export interface Postgres {
  /**
   * Runs statements one after the other in one round trip, and answers the rows of each. They stay prepared, so texts must
   * come from a fixed set; parameters are `$1`, `$2` …. The first that fails rejects with
   * `PostgresError`, and none after it is run. Outside a
   * transaction they are one.
   */
  run(statements: readonly PostgresStatement[]): Promise<readonly (readonly PostgresRow[])[]>;
  /** Nothing can be asked any more. */
  readonly isLost: boolean;
  close(): Promise<void>;
}

export interface PostgresStatement {
  readonly sql: string;
  readonly params: readonly PostgresValue[];
}

/** Lists are of text or whole numbers, for parameters such as `$1::text[]`. */
export type PostgresValue = string | number | null | readonly (string | number | null)[];
export type PostgresRow = Readonly<Record<string, string | number | null>>;

export interface PostgresOptions {
  readonly url: string;
  /** To open a connection. */
  readonly connectMs: number;
  /** For all statements of one `run`. Whoever does not answer within it is given up. */
  readonly answerMs: number;
}

/** Opens a connection, and runs statements without parameters that prepare its session. Rejects with `PostgresError`. */
export async function connectPostgres(options: PostgresOptions, session: readonly string[] = []): Promise<Postgres> {
  const client = new pg.Client({
    connectionString: options.url,
    connectionTimeoutMillis: options.connectMs,
    keepAlive: true,
    application_name: "parley",
  });
  const connection = new Connection(client, options.answerMs);
  await client.connect().catch((error: unknown) => Promise.reject(new PostgresError(error)));
  try {
    await connection.run(session.map((sql) => ({ sql, params: [] })));
  } catch (error) {
    void connection.close();
    throw error;
  }
  return connection;
}

/** Why statements were not answered with rows. */
export class PostgresError extends Error {
  override readonly name = "PostgresError";
  /**
   * What the server said (SQLSTATE), such as `23505`, and it goes on. Null when the connection was lost, or never made:
   * then nothing is known of what was asked.
   */
  readonly code: string | null;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    const ended = cause instanceof pg.DatabaseError && (cause.severity === "FATAL" || cause.severity === "PANIC");
    this.code = cause instanceof pg.DatabaseError && !ended ? (cause.code ?? null) : null;
  }

  /** Why a connection was refused, as the server says it (`28P01`), or the system (`ECONNREFUSED`). */
  get reason(): string | null {
    const { cause } = this;
    return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : null;
  }
}

const goodbyeMs = 2000;

class Connection implements Postgres {
  readonly #client: pg.Client;
  readonly #answerMs: number;
  readonly #prepared = new Map<string, Prepared>();
  #names = 0;
  #lost = false;

  constructor(client: pg.Client, answerMs: number) {
    this.#client = client;
    this.#answerMs = answerMs;
    // Whoever waits for an answer is told by its batch.
    client.on("error", () => {
      this.#lost = true;
    });
    client.on("end", () => {
      this.#lost = true;
    });
  }

  get isLost(): boolean {
    return this.#lost;
  }

  run(statements: readonly PostgresStatement[]): Promise<readonly (readonly PostgresRow[])[]> {
    if (statements.length === 0) return Promise.resolve([]);
    const { promise, resolve, reject } = Promise.withResolvers<readonly (readonly PostgresRow[])[]>();
    const timer = setTimeout(() => {
      this.#lost = true;
      this.#client.connection.stream.destroy();
      reject(new PostgresError(new Error("there was no answer in time")));
    }, this.#answerMs);
    const batch = new Batch(statements, (sql) => this.#prepare(sql), {
      onRows: (rows) => {
        clearTimeout(timer);
        resolve(rows);
      },
      onError: (error, doubtful) => {
        clearTimeout(timer);
        for (const { sql } of doubtful) this.#prepared.delete(sql);
        reject(new PostgresError(error));
      },
    });
    this.#client.query(batch);
    return promise;
  }

  /** Says goodbye, and waits no longer for the other side than `goodbyeMs`. */
  async close(): Promise<void> {
    this.#lost = true;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#client.connection.stream.destroy();
      resolve();
    }, goodbyeMs);
    await Promise.race([this.#client.end().catch(() => {}), late]);
    clearTimeout(timer);
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const prepared: Prepared = { sql, name: `s${++this.#names}`, isSent: false, isKnown: false, columns: [] };
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** A text and what the server calls it. Its columns are told once, with its first rows. */
interface Prepared {
  readonly sql: string;
  readonly name: string;
  isSent: boolean;
  isKnown: boolean;
  columns: readonly { readonly name: string; readonly isNumber: boolean }[];
}

interface BatchEvents {
  readonly onRows: (rows: readonly (readonly PostgresRow[])[]) => void;
  /** Of the `doubtful` ones nobody says whether their texts were still taken in. */
  readonly onError: (error: unknown, doubtful: readonly Prepared[]) => void;
}

/** Statements on their way. `pg` calls `submit` when it is their turn, and then with each message of the server's answer. */
class Batch {
  readonly #statements: readonly PostgresStatement[];
  readonly #prepare: (sql: string) => Prepared;
  readonly #events: BatchEvents;
  readonly #answers: PostgresRow[][] = [];
  #prepared: readonly Prepared[] = [];
  #rows: PostgresRow[] = [];

  constructor(statements: readonly PostgresStatement[], prepare: (sql: string) => Prepared, events: BatchEvents) {
    this.#statements = statements;
    this.#prepare = prepare;
    this.#events = events;
  }

  submit(connection: pg.Connection): void {
    const { stream } = connection;
    stream.cork();
    this.#prepared = this.#statements.map(({ sql, params }) => {
      const prepared = this.#prepare(sql);
      const isNew = !prepared.isSent;
      prepared.isSent = true;
      if (isNew) connection.parse({ text: sql, name: prepared.name, types: [] }, true);
      connection.bind({ statement: prepared.name, values: params.map(toWire) }, true);
      if (isNew) connection.describe({ type: "P", name: "" }, true);
      connection.execute(null, true);
      return prepared;
    });
    connection.sync();
    stream.uncork();
  }

  handleRowDescription({
    fields,
  }: {
    readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
  }) {
    const prepared = this.#prepared[this.#answers.length];
    if (prepared)
      prepared.columns = fields.map(({ name, dataTypeID }) => ({ name, isNumber: numbers.has(dataTypeID) }));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const columns = this.#prepared[this.#answers.length]?.columns ?? [];
    const row: Record<string, string | number | null> = {};
    for (const [index, { name, isNumber }] of columns.entries()) {
      const value = fields[index] ?? null;
      row[name] = isNumber && value !== null ? Number(value) : value;
    }
    this.#rows.push(row);
  }

  handleCommandComplete(): void {
    const prepared = this.#prepared[this.#answers.length];
    if (prepared) prepared.isKnown = true;
    this.#answers.push(this.#rows);
    this.#rows = [];
  }

  handleError(error: unknown): void {
    this.#events.onError(
      error,
      this.#prepared.filter(({ isKnown }) => !isKnown),
    );
  }

  handleReadyForQuery(): void {
    this.#events.onRows(this.#answers);
  }
}

/** int8, int2, int4, oid, numeric. What is counted here stays below 2^53. */
const numbers = new Set([20, 21, 23, 26, 1700]);

function toWire(value: PostgresValue): string | null {
  if (value === null || typeof value === "number") return value === null ? null : String(value);
  // PostgreSQL takes no NUL. Nothing that is stored has one, so what is asked for with one is not there.
  if (typeof value === "string") return value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
  return `{${value.map((each) => (typeof each === "string" ? quote(each) : (each ?? "NULL"))).join(",")}}`;
}

const quote = (text: string): string => `"${text.replaceAll("\0", "\ufffd").replace(/["\\]/g, "\\$&")}"`;
