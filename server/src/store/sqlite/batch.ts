import { type Sqlite, sqliteErrorCode } from "../../platform/sqlite.ts";
import { Announcements } from "../deltas.ts";
import type { Writes } from "../store.ts";
import { type Defaults, drive, type Input, isRefusal, type Output, type Verb } from "../verbs/verb.ts";
import { writeVerbs } from "../verbs/writes.ts";
import type { CommittedBatch, Write, WriteName, WriteResult } from "../writes.ts";

/**
 * Commits many writes with one fsync. Each write has a savepoint of its own: one that refuses or throws is taken back
 * alone, with its numbers and announcements. Throws when nothing of the batch was committed.
 *
 *     BEGIN IMMEDIATE ─▶ SAVEPOINT write … RELEASE ─▶ SAVEPOINT write … RELEASE ─▶ … ─▶ COMMIT
 *                                      └▶ ROLLBACK TO
 */
export function commitBatch(database: Sqlite, defaults: Defaults, writes: readonly Write[]): CommittedBatch {
  const announcements = new Announcements();
  let statements = 0;
  const transaction = { defaults, announce: announcements.add };
  const run = <K extends WriteName>(verb: K, input: Input<Writes[K]>) =>
    drive(writeVerbs[verb](transaction, input) as Verb<Output<Writes[WriteName]>>, ({ sql, params }) => {
      statements += 1;
      return database.all(sql, params);
    });
  const takeBack = (announced: number) => {
    database.all("ROLLBACK TO write");
    database.all("RELEASE write");
    announcements.takeBack(announced);
  };

  database.all("BEGIN IMMEDIATE");
  try {
    const results = writes.map(({ verb, input }): WriteResult => {
      const announced = announcements.length;
      database.all("SAVEPOINT write");
      try {
        const value = run(verb, input);
        if (isRefusal(value)) takeBack(announced);
        else database.all("RELEASE write");
        return { ok: true, value };
      } catch (error) {
        // After some errors SQLite itself has rolled back, and all writes before this one with it.
        if (isBroken(error) || !database.inTransaction) throw error;
        takeBack(announced);
        return { ok: false, error: `${verb}: ${error instanceof Error ? error.message : error}` };
      }
    });
    database.all("COMMIT");
    return { results, deltas: announcements.toDeltas(), statements };
  } catch (error) {
    if (database.inTransaction) database.all("ROLLBACK");
    throw error;
  }
}

/**
 * Whether an error means that the database can no longer be trusted to keep what it acknowledges. After a failed fsync
 * the kernel may have dropped the pages and call the next one a success, so nothing is ever tried again: the process
 * ends, and SQLite finds out at the next start what is on the disk. A full disk is not such an error.
 */
export function isBroken(error: unknown): boolean {
  return /^SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY)/.test(sqliteErrorCode(error) ?? "");
}
