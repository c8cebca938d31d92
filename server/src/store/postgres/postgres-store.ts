import { setTimeout as sleep } from "node:timers/promises";
import type { SignUpPolicy } from "@parley/protocol/model";
import { connectPostgres, type Postgres, PostgresError } from "../../platform/postgres.ts";
import { StartError } from "../../start-error.ts";
import type { Commit, Reads, Store, Writes } from "../store.ts";
import { readVerbs } from "../verbs/reads.ts";
import { searchMessages } from "../verbs/search.ts";
import type { ReadVerbs, WriteVerbs } from "../verbs/verb.ts";
import { writeVerbs } from "../verbs/writes.ts";
import type { Counts, WriteName } from "../writes.ts";
import { forgetOldMarks } from "./commit-mark.ts";
import { migrate } from "./migrations.ts";
import { Pool } from "./pool.ts";
import { Reader } from "./reader.ts";
import { keepSearchIndex } from "./search-index.ts";
import { searchTables } from "./search-tables.ts";
import { text } from "./sql.ts";
import { laneCount, WriteQueue } from "./write-queue.ts";

export interface PostgresStoreOptions {
  /** Holds until an owner has chosen another policy. */
  readonly defaultSignUp: SignUpPolicy;
  /** Told why no connection can be made, every ten seconds while it is so. */
  readonly onUnreachable?: (error: Error) => void;
  /** Only where there is a workspace already, and no other process at work on it. */
  readonly alone?: boolean;
}

export interface PostgresStore extends Store {
  /** Since the start; of statements, those of verbs. */
  readonly counts: Readonly<Counts>;
}

const sizeOfDatabase = "SELECT pg_database_size(current_database()) AS bytes";

const connectMs = 10_000;
/** Longer than the server lets a statement run: it tells by itself, and only a server that is out of reach does not. */
const answerMs = 15_000;
const readers = 8;
const searchers = 2;
/** A search that takes longer answers with what it has, and a cursor. */
const searchMs = 200;

/**
 * What every connection agrees with the server. A commit is on its disk when it is answered; nobody waits for ever, and
 * whoever vanishes in the middle of a transaction does not keep its locks.
 */
const session = [
  "SET synchronous_commit = on",
  "SET statement_timeout = 10000",
  "SET lock_timeout = 8000",
  "SET idle_in_transaction_session_timeout = 10000",
  "SET tcp_user_timeout = 10000",
  // Compiling takes longer than any of these statements.
  "SET jit = off",
  // Each statement is made to walk an index. What was planned while a table was small must not go through it when it is large.
  "SET enable_seqscan = off",
];

/**
 * Opens the store in a database, which several processes may use at once. Throws `StartError` when it cannot be used. Once it
 * is open it lives through restarts of the database: meanwhile calls reject with `unavailable`.
 *
 *     reads ─▶ Reader ─▶ pool of connections, each verb in one snapshot
 *     searches ─▶ Reader ─▶ a pool of their own
 *     writes ─▶ WriteQueue ─▶ pool of connections, each batch in one transaction
 */
export async function openPostgresStore(url: string, options: PostgresStoreOptions): Promise<PostgresStore> {
  await prepareDatabase(url, options.alone === true);
  const onUnreachable = everyTenSeconds(options.onUnreachable ?? (() => {}));
  const pool = { url, connectMs, answerMs, session, waitMs: 10_000, onUnreachable };
  const quick = new Pool({ ...pool, max: 1, waitingMax: 1 });
  const reading = new Pool({ ...pool, max: readers, waitingMax: 5000 });
  const writing = new Pool({ ...pool, max: laneCount, waitingMax: laneCount });
  // Words are as rare or common as they are: a plan for all of them is bad for most.
  const planned = [...session, "SET plan_cache_mode = force_custom_plan"];
  const searching = new Pool({ ...pool, session: planned, max: searchers, waitingMax: 64 });
  const indexing = new Pool({ ...pool, max: 1, waitingMax: 1 });
  const counts = { commits: 0, writes: 0, statements: 0 };
  const defaults = { signUp: options.defaultSignUp };
  const index = await keepSearchIndex(indexing);
  let listener: ((commit: Commit) => void) | null = null;
  const queue = new WriteQueue(writing, defaults, counts, (commit) => {
    index.onCommit(commit.deltas);
    listener?.(commit);
  });
  const reader = new Reader(reading, quick, counts);
  const searcher = new Reader(searching, searching, { commits: 0, writes: 0, statements: 0 });
  const release = async () => {
    await queue.drain();
    await index.close();
    await Promise.all([quick, reading, writing, searching, indexing].map((each) => each.close()));
  };
  let closing: Promise<void> | null = null;
  return {
    ...bindReads(readVerbs(defaults, sizeOfDatabase), reader),
    ...bindWrites(queue),
    searchMessages: (input) => searcher.read("searchMessages", () => searchMessages(searchTables, input, searchMs)),
    onCommit: (each) => {
      listener = each;
    },
    close: () => {
      closing ??= release();
      return closing;
    },
    counts,
  };
}

function everyTenSeconds(tell: (error: Error) => void): (error: unknown) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (now - toldAt < 10_000) return;
    toldAt = now;
    tell(error instanceof Error ? error : new Error(String(error)));
  };
}

function bindReads(verbs: ReadVerbs, reader: Reader): Reads {
  const bound = Object.entries(verbs).map(([name, verb]) => [
    name,
    (input: never) => reader.read<unknown>(name, () => verb(input)),
  ]);
  // Same names, same inputs, same values: only the shape of the function changes.
  return Object.fromEntries(bound) as unknown as Reads;
}

function bindWrites(queue: WriteQueue): Writes {
  const names = Object.keys(writeVerbs satisfies WriteVerbs) as WriteName[];
  return Object.fromEntries(names.map((name) => [name, (input: never) => queue.put(name, input)])) as unknown as Writes;
}

async function prepareDatabase(url: string, alone: boolean): Promise<void> {
  const connection = await connectPostgres({ url, connectMs, answerMs: 24 * 60 * 60 * 1000 }).catch(
    (error: unknown) => {
      throw new StartError(toStartReason(error, url));
    },
  );
  try {
    await requireUsable(connection);
    if (alone) await requireAlone(connection, url);
    await migrate(connection);
    await connection.run([forgetOldMarks()]);
  } catch (error) {
    if (error instanceof StartError || !(error instanceof PostgresError)) throw error;
    throw new StartError(toStartReason(error, url));
  } finally {
    await connection.close();
  }
}

async function requireUsable(connection: Postgres): Promise<void> {
  const [[row] = []] = await connection.run([
    text(
      `SELECT current_setting('server_version_num')::bigint AS number, current_setting('server_version') AS version,
       current_setting('server_encoding') AS encoding, pg_is_in_recovery()::int AS standby`,
    ),
  ]);
  if (!row) throw new Error("PostgreSQL does not know itself");
  if (Number(row.number) < 150_000) {
    throw new StartError(`PostgreSQL ${row.version} is too old: Parley needs 15 or newer.`);
  }
  if (row.encoding !== "UTF8") {
    throw new StartError(
      `The database has the encoding ${row.encoding}: create one with ENCODING 'UTF8', and name that in DATABASE_URL.`,
    );
  }
  if (row.standby === 1) {
    throw new StartError("The database is a standby, which takes no writes: name the primary in DATABASE_URL.");
  }
}

async function requireAlone(connection: Postgres, url: string): Promise<void> {
  const [[schema] = []] = await connection.run([text("SELECT to_regclass('parley_schema')::text AS name")]);
  if (schema?.name !== "parley_schema") {
    throw new StartError(
      `There is no workspace in the database ${nameOf(url)}: start Parley once, or correct DATABASE_URL.`,
    );
  }
  // Connections of a server that has just ended go a moment after it.
  for (let tries = 0; await hasOthers(connection); tries++) {
    if (tries === 20) {
      throw new StartError(`Parley is running on the database ${nameOf(url)}: stop it first, or use the admin area.`);
    }
    await sleep(100);
  }
}

/** Whether other connections of Parley are open to this database. */
export async function hasOthers(connection: Postgres): Promise<boolean> {
  const others = text(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
    AND application_name = current_setting('application_name') AND pid <> pg_backend_pid() LIMIT 1`);
  const [rows = []] = await connection.run([others]);
  return rows.length > 0;
}

/** Without the password. */
function nameOf(url: string): string {
  const { host = "", pathname = "", searchParams } = URL.parse(url) ?? {};
  return `“${decodeURIComponent(pathname.slice(1))}” at ${searchParams?.get("host") ?? host}`;
}

/** What PostgreSQL says of a refusal names no password. */
function toStartReason(error: unknown, url: string): string {
  if (!(error instanceof PostgresError)) return String(error);
  switch (error.reason) {
    case "28P01":
    case "28000":
      return `PostgreSQL refuses the user of DATABASE_URL (${error.message}): correct its name and password.`;
    case "3D000":
      return `There is no database ${nameOf(url)}: create it, or correct DATABASE_URL.`;
    case "42501":
      return `The user of DATABASE_URL may not create tables in ${nameOf(url)} (${error.message}): make it the owner.`;
    default:
      return `The database ${nameOf(url)} cannot be used (${error.message}): start PostgreSQL, or correct DATABASE_URL.`;
  }
}
