import { resolve } from "node:path";
import { ParleyError } from "@parley/protocol/errors";
import type { SignUpPolicy } from "@parley/protocol/model";
import { assertSafeSqlite, openSqlite, sqliteVersion } from "../../platform/sqlite.ts";
import type { Reads, Store, Writes } from "../store.ts";
import { readVerbs } from "../verbs/reads.ts";
import { drive, type ReadVerbs, type Verb, type WriteVerbs } from "../verbs/verb.ts";
import { writeVerbs } from "../verbs/writes.ts";
import type { Counts, WriteName } from "../writes.ts";
import { claimFolder } from "./folder.ts";
import { SearchQueue } from "./search-queue.ts";
import { SessionCache } from "./session-cache.ts";
import { type Troubles, WriteQueue } from "./write-queue.ts";

/** After `onFatal` the process should end; the next start finds out what is durable. */
export interface SqliteOptions extends Troubles {
  /** Holds until an owner has chosen another policy. */
  readonly defaultSignUp: SignUpPolicy;
}

const sizeOfDatabase = "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()";

export interface SqliteStore extends Store {
  /** Since the start; of statements, those of verbs. */
  readonly counts: Readonly<Counts>;
}

/**
 * Opens the store in `folder`, which it creates when it is missing and keeps to itself until it is closed. Throws
 * `StartError` when the folder cannot be used.
 *
 *     main thread     reads ─▶ read-only connection, each verb in one go
 *                     searches ─▶ SearchQueue ─▶ searching thread ─▶ read-only connection
 *                     writes ─▶ WriteQueue ─▶ writer thread ─▶ the only writing connection
 */
export async function openSqliteStore(path: string, options: SqliteOptions): Promise<SqliteStore> {
  assertSafeSqlite(sqliteVersion());
  const folder = claimFolder(resolve(path));
  const defaults = { signUp: options.defaultSignUp };
  const counts = { commits: 0, writes: 0, statements: 0 };
  let queue: WriteQueue | null = null;
  let reader: Reader | null = null;
  const searches = new SearchQueue(folder.database);
  const sessions = new SessionCache();
  const release = async () => {
    await queue?.drain();
    // The log can be emptied only when nobody reads it.
    await searches.close();
    reader?.close();
    await queue?.close();
    folder.release();
  };
  try {
    const setup = { path: folder.database, reserve: folder.reserve, defaults };
    queue = await WriteQueue.start(setup, counts, options, (writes) => sessions.onWritten(writes));
    reader = openReader(folder.database, counts);
    return assemble({ queue, reader, searches, sessions, verbs: readVerbs(defaults, sizeOfDatabase), counts, release });
  } catch (error) {
    await release();
    throw error;
  }
}

interface Parts {
  readonly queue: WriteQueue;
  readonly reader: Reader;
  readonly searches: SearchQueue;
  readonly sessions: SessionCache;
  readonly verbs: ReadVerbs;
  readonly counts: Counts;
  readonly release: () => Promise<void>;
}

function assemble({ queue, reader, searches, sessions, verbs, counts, release }: Parts): SqliteStore {
  let closing: Promise<void> | null = null;
  return {
    ...bindReads(verbs, (verb) => {
      if (closing) throw new ParleyError("unavailable");
      return reader.run(verb);
    }),
    ...bindWrites(queue),
    async findSession(asked) {
      if (closing) throw new ParleyError("unavailable");
      return sessions.find(asked, (input) => reader.run(verbs.findSession(input)));
    },
    async searchMessages(input) {
      if (closing) throw new ParleyError("unavailable");
      return searches.search(input);
    },
    onCommit: (listener) => queue.onCommit(listener),
    close: () => {
      closing ??= release();
      return closing;
    },
    counts,
  };
}

interface Reader {
  /** Runs a verb to its end in one snapshot, without yielding to the event loop. */
  run<T>(verb: Verb<T>): T;
  close(): void;
}

function openReader(path: string, counts: Counts): Reader {
  const database = openSqlite(path, "read-only");
  database.exec("PRAGMA busy_timeout = 5000");
  database.exec("PRAGMA cache_size = -16384");
  database.exec("PRAGMA temp_store = MEMORY");
  return {
    run(verb) {
      database.all("BEGIN");
      try {
        return drive(verb, ({ sql, params }) => {
          counts.statements += 1;
          return database.all(sql, params);
        });
      } finally {
        database.all("COMMIT");
      }
    },
    close: () => database.close(),
  };
}

function bindReads(verbs: ReadVerbs, run: <T>(verb: Verb<T>) => T): Reads {
  const bound = Object.entries(verbs).map(([name, verb]) => [name, async (input: never) => run<unknown>(verb(input))]);
  // Same names, same inputs, same values: only the shape of the function changes.
  return Object.fromEntries(bound) as unknown as Reads;
}

function bindWrites(queue: WriteQueue): Writes {
  const names = Object.keys(writeVerbs satisfies WriteVerbs) as WriteName[];
  return Object.fromEntries(names.map((name) => [name, (input: never) => queue.put(name, input)])) as unknown as Writes;
}
