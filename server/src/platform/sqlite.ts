import { Database, SQLiteError, type Statement } from "bun:sqlite";
import { StartError } from "../start-error.ts";

/** SQLite as an engine of the store uses it. The only file that knows which library that is. */
export interface Sqlite {
  /** Runs one statement for all its rows. It stays prepared, so texts must come from a fixed set. */
  all(sql: string, params?: readonly SqliteValue[]): readonly SqliteRow[];
  /** Runs statements that have neither parameters nor rows. */
  exec(sql: string): void;
  /** False too when SQLite rolled back by itself, as it does after some errors. */
  readonly inTransaction: boolean;
  /** Gives back every prepared statement, so that the file's locks go with it. */
  close(): void;
}

export type SqliteValue = string | number | null;
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

export type SqliteMode = "read-write" | "read-only";

/** Opens the database at `path`; read-write creates it when it is missing. */
export function openSqlite(path: string, mode: SqliteMode): Sqlite {
  const database = new Database(
    path,
    mode === "read-only" ? { readonly: true, strict: true } : { readwrite: true, create: true, strict: true },
  );
  const prepared = new Map<string, Statement<SqliteRow, SqliteValue[]>>();
  return {
    all(sql, params = []) {
      let statement = prepared.get(sql);
      if (!statement) {
        statement = database.prepare<SqliteRow, SqliteValue[]>(sql);
        prepared.set(sql, statement);
      }
      return statement.all(...params);
    },
    exec(sql) {
      database.run(sql);
    },
    get inTransaction() {
      return database.inTransaction;
    },
    close() {
      for (const statement of prepared.values()) statement.finalize();
      prepared.clear();
      database.close(true);
    },
  };
}

/** SQLite's name for an error, such as `SQLITE_BUSY`; null when the error is not one of SQLite's. */
export function sqliteErrorCode(error: unknown): string | null {
  return error instanceof SQLiteError ? (error.code ?? "SQLITE_ERROR") : null;
}

/** The version of the library that this program runs with. */
export function sqliteVersion(): string {
  const database = new Database(":memory:");
  try {
    const row = database.prepare<{ version: string }, []>("SELECT sqlite_version() AS version").get();
    return row?.version ?? "unknown";
  } finally {
    database.close(true);
  }
}

/**
 * Throws `StartError` on a library that can corrupt a database in WAL mode: before 3.51.3 a race between a writer and a checkpoint
 * could lose committed pages (sqlite.org/wal.html#walresetbug). 3.52.0 was withdrawn.
 */
export function assertSafeSqlite(version: string): void {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  const number = major * 1_000_000 + minor * 1_000 + patch;
  if (!(number >= 3_051_003) || number === 3_052_000) {
    throw new StartError(`SQLite ${version} can corrupt its database: use Bun 1.4.5, which brings a safe one.`);
  }
}
