import { type Sqlite, sqliteErrorCode } from "../../platform/sqlite.ts";
import { type PlainAppend, toSegments } from "../append-series.ts";
import { Announcements } from "../deltas.ts";
import type { Writes } from "../store.ts";
import { type Defaults, drive, type Input, isRefusal, type Output, type Statement, type Verb } from "../verbs/verb.ts";
import { writeVerbs } from "../verbs/writes.ts";
import type { CommittedBatch, Write, WriteName, WriteResult } from "../writes.ts";
import { appendTogether } from "./append.ts";

/**
 * Commits many writes with one fsync. One that refuses or throws is taken back alone, with its numbers and announcements.
 * Throws when nothing of the batch was committed.
 *
 * Plain messages are appended as a series under one savepoint; everything else, and what a series stumbles over, has one for
 * each write:
 *
 *     BEGIN IMMEDIATE ─▶ SAVEPOINT series … RELEASE ─▶ SAVEPOINT write … RELEASE ─▶ … ─▶ COMMIT
 *                                                               └▶ ROLLBACK TO
 */
export function commitBatch(database: Sqlite, defaults: Defaults, writes: readonly Write[]): CommittedBatch {
  const announcements = new Announcements();
  let statements = 0;
  const transaction = { defaults, announce: announcements.add };
  const run = ({ sql, params }: Statement) => {
    statements += 1;
    return database.all(sql, params);
  };
  const runVerb = <K extends WriteName>(verb: K, input: Input<Writes[K]>) =>
    drive(writeVerbs[verb](transaction, input) as Verb<Output<Writes[WriteName]>>, run);

  /** Under a savepoint. Throws when all of the transaction is lost; else what came to nothing is taken back. */
  const attempt = <T>(work: () => T): { readonly value: T } | { readonly error: unknown } => {
    const announced = announcements.length;
    const takeBack = () => {
      database.all("ROLLBACK TO attempt");
      database.all("RELEASE attempt");
      announcements.takeBack(announced);
    };
    database.all("SAVEPOINT attempt");
    try {
      const value = work();
      if (isRefusal(value)) takeBack();
      else database.all("RELEASE attempt");
      return { value };
    } catch (error) {
      // After some errors SQLite itself has rolled back, and all writes before this one with it.
      if (isBroken(error) || isFull(error) || !database.inTransaction) throw error;
      takeBack();
      return { error };
    }
  };
  const runApart = ({ verb, input }: Write): WriteResult => {
    const outcome = attempt(() => runVerb(verb, input));
    if ("value" in outcome) return { ok: true, value: outcome.value };
    const { error } = outcome;
    return { ok: false, error: `${verb}: ${error instanceof Error ? error.message : error}` };
  };
  const results = new Map<Write, WriteResult>();
  const runSeries = (appends: readonly PlainAppend[]) => {
    const outcome = attempt(() => appendTogether(run, announcements, appends));
    if ("error" in outcome) for (const write of appends) results.set(write, runApart(write));
    else for (const [write, value] of outcome.value) results.set(write, { ok: true, value });
  };

  database.all("BEGIN IMMEDIATE");
  try {
    for (const { appends, rest } of toSegments(writes)) {
      if (appends.length > 0) runSeries(appends);
      for (const write of rest) results.set(write, runApart(write));
    }
    database.all("COMMIT");
    const answers = writes.map((write) => results.get(write) ?? { ok: false as const, error: "it was not answered" });
    return { results: answers, deltas: announcements.toDeltas(), statements };
  } catch (error) {
    if (database.inTransaction) database.all("ROLLBACK");
    throw error;
  }
}

/**
 * Whether an error means that the database can no longer be trusted to keep what it acknowledges. After a failed fsync
 * the kernel may have dropped the pages and call the next one a success, so nothing is ever tried again: the process
 * ends, and SQLite finds out at the next start what is on the disk. What finds no room is not such an error.
 */
export function isBroken(error: unknown): boolean {
  return /^SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY)/.test(sqliteErrorCode(error) ?? "") && !isFull(error);
}

/**
 * Whether what should be written found no room: the disk is full, or a quota or a limit of file sizes is reached, which
 * SQLite cannot tell from other refusals to take a write. What was not written was not acknowledged, and is taken back.
 */
export function isFull(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR_WRITE|IOERR_SHMSIZE)$/.test(sqliteErrorCode(error) ?? "");
}
