import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectPostgres, type Postgres } from "../../platform/postgres.ts";
import { openSqlite } from "../../platform/sqlite.ts";
import { storeContract } from "../contract/contract.ts";
import type { Engine } from "../contract/stage.ts";
import { openSqliteStore } from "../sqlite/sqlite-store.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-store.ts";
import { text } from "./sql.ts";
import { type TestDatabase, testCluster } from "./test-cluster.ts";

setDefaultTimeout(120_000);

class PostgresEngine implements Engine {
  readonly database: TestDatabase;
  store: PostgresStore | null = null;

  constructor(database: TestDatabase) {
    this.database = database;
  }

  async open(): Promise<PostgresStore> {
    this.store = await openPostgresStore(this.database.url, { defaultSignUp: "open" });
    return this.store;
  }

  statements(): number {
    return this.store?.counts.statements ?? 0;
  }

  async dispose(): Promise<void> {
    await this.database[Symbol.asyncDispose]();
  }
}

/** Lets a test look at, or change, what only the engine knows. */
async function withConnection<T>(url: string, use: (connection: Postgres) => Promise<T>): Promise<T> {
  const connection = await connectPostgres({ url, connectMs: 5000, answerMs: 30_000 });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

const temporaryFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), "parley-store-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
};

const createEngine = async () => new PostgresEngine(await (await testCluster()).createDatabase());

storeContract("PostgreSQL", createEngine);

describe("PostgreSQL: the schema", () => {
  /** What each engine keeps in its own way. */
  const own = /^(parley_schema|search|search_\w+|sqlite_\w+)$/;
  const isShared = (name: string) => !own.test(name);

  test("has the tables, columns and indexes of SQLite's", async () => {
    await using database = await (await testCluster()).createDatabase();
    const found = await withConnection(database.url, async (connection) => {
      const [columns = [], indexes = []] = await connection.run([
        text(`SELECT table_name AS owner, column_name AS name, data_type AS type FROM information_schema.columns
          WHERE table_schema = 'public'`),
        text(`SELECT tablename AS owner, indexname AS name, '' AS type FROM pg_indexes WHERE schemaname = 'public'
          AND indexname NOT IN (SELECT conname FROM pg_constraint)`),
      ]);
      return toLines([...columns, ...indexes]);
    });
    await using folder = await temporaryFolder();
    await (await openSqliteStore(folder.path, { defaultSignUp: "open", onFatal: () => {} })).close();
    const sqlite = openSqlite(join(folder.path, "parley.db"), "read-only");
    const expected = toLines(
      sqlite.all(`SELECT tables.name AS owner, columns.name AS name,
          CASE columns.type WHEN 'INTEGER' THEN 'bigint' ELSE 'text' END AS type
        FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'
        UNION ALL SELECT tbl_name, name, '' FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`),
    );
    sqlite.close();
    expect(found).toEqual(expected);
  });

  const toLines = (rows: readonly Readonly<Record<string, string | number | null>>[]) =>
    rows
      .filter(({ owner }) => isShared(String(owner)))
      .map(({ owner, name, type }) => `${owner} ${name} ${type}`)
      .sort();
});
