import type { DeltaFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import { type Sqlite, sqliteErrorCode } from "../../platform/sqlite.ts";
import { type Announcement, toDeltas } from "../deltas.ts";
import type { Writes } from "../store.ts";
import { type Defaults, drive, type Input, isRefusal, type Output, type Verb } from "../verbs/verb.ts";
import { writeVerbs } from "../verbs/writes.ts";

export type WriteName = keyof Writes;
export type Write = { [K in WriteName]: { readonly verb: K; readonly input: Input<Writes[K]> } }[WriteName];

/** What became of one write of a committed batch. */
export type WriteResult =
  | { readonly ok: true; readonly value: Output<Writes[WriteName]> }
  | { readonly ok: false; readonly error: string };

export interface CommittedBatch {
  readonly results: readonly WriteResult[];
  readonly deltas: readonly DeltaFrame[];
  readonly statements: number;
}

/**
 * Commits many writes with one fsync. Each write has a savepoint of its own: one that refuses or throws is taken back
 * alone, with its numbers and announcements. Throws when nothing of the batch was committed.
 *
 *     BEGIN IMMEDIATE ─▶ SAVEPOINT write … RELEASE ─▶ SAVEPOINT write … RELEASE ─▶ … ─▶ COMMIT
 *                                      └▶ ROLLBACK TO
 */
export function commitBatch(database: Sqlite, defaults: Defaults, writes: readonly Write[]): CommittedBatch {
  const announcements: Announcement[] = [];
  let statements = 0;
  const transaction = {
    defaults,
    announce: (...[topic, seq, things]: [Announcement["topic"], number, Announcement["things"]]) => {
      announcements.push({ topic, seq, things });
    },
  };
  const run = <K extends WriteName>(verb: K, input: Input<Writes[K]>) =>
    drive(writeVerbs[verb](transaction, input) as Verb<Output<Writes[WriteName]>>, ({ sql, params }) => {
      statements += 1;
      return database.all(sql, params);
    });
  const takeBack = (announced: number) => {
    database.all("ROLLBACK TO write");
    database.all("RELEASE write");
    announcements.length = announced;
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
    return { results, deltas: toDeltas(announcements, limits.deltaBytes), statements };
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
