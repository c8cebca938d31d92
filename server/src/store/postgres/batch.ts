import { type Postgres, PostgresError } from "../../platform/postgres.ts";
import { toSegments } from "../append-series.ts";
import { Announcements } from "../deltas.ts";
import type { Writes } from "../store.ts";
import {
  type Defaults,
  type Input,
  isRefusal,
  type Output,
  type Verb,
  type Transaction as VerbTransaction,
} from "../verbs/verb.ts";
import { writeVerbs } from "../verbs/writes.ts";
import type { CommittedBatch, Write, WriteName, WriteResult } from "../writes.ts";
import { appendTogether } from "./append.ts";
import type { Claims } from "./claims.ts";
import type { CommitMark } from "./commit-mark.ts";
import { text } from "./sql.ts";
import { Transaction } from "./transaction.ts";

/** The connection was lost between the commit and its answer: `batch` was committed, or nothing. Its mark tells. */
export class CommitLostError extends Error {
  readonly batch: CommittedBatch;

  constructor(batch: CommittedBatch) {
    super("the connection was lost during a commit");
    this.batch = batch;
  }
}

/**
 * Commits many writes at once: one that refuses or throws is taken back alone, with its numbers and announcements. Throws
 * when nothing of the batch was committed, and `CommitLostError` when nobody knows.
 *
 * Nearly always all of them go well, so they are tried without savepoints, without waiting for statements that have
 * nothing to answer, and plain messages at once. Otherwise all are taken back and done again apart:
 *
 *     together   BEGIN · locks · messages · write · write · … · COMMIT
 *     apart      BEGIN · locks · SAVEPOINT write … RELEASE · SAVEPOINT write … RELEASE · … · COMMIT
 *                                           └▶ ROLLBACK TO
 */
export async function commitBatch(
  connection: Postgres,
  defaults: Defaults,
  claims: Claims,
  mark: CommitMark,
  writes: readonly Write[],
): Promise<CommittedBatch> {
  const begin = () => new Transaction(connection, claims, mark);
  try {
    return await commit(begin(), (run) => runTogether(run, defaults, writes));
  } catch (error) {
    if (!(error instanceof NotTogetherError || isOfOneWrite(error))) throw error;
    await connection.run([text("ROLLBACK")]);
    return await commit(begin(), (run) => runApart(run, defaults, writes));
  }
}

/** A write has changed something and then refused. */
class NotTogetherError extends Error {}

interface Run {
  readonly transaction: Transaction;
  readonly announcements: Announcements;
}

async function commit(
  transaction: Transaction,
  runAll: (run: Run) => Promise<readonly WriteResult[]>,
): Promise<CommittedBatch> {
  const announcements = new Announcements();
  const results = await runAll({ transaction, announcements });
  const batch = { results, deltas: announcements.toDeltas(), statements: transaction.statements };
  try {
    await transaction.control([text("COMMIT")]);
  } catch (error) {
    if (error instanceof PostgresError && error.code !== null) throw error;
    throw new CommitLostError(batch);
  }
  return batch;
}

async function runTogether(run: Run, defaults: Defaults, writes: readonly Write[]): Promise<readonly WriteResult[]> {
  const { transaction, announcements } = run;
  const results = new Map<Write, WriteResult>();
  for (const { appends, rest } of toSegments(writes)) {
    if (appends.length > 0) {
      const outcomes = await appendTogether(transaction, announcements, appends);
      for (const [write, value] of outcomes) results.set(write, { ok: true, value });
    }
    for (const write of rest) {
      let hasChanged = false;
      const value = await transaction.drive(beginWrite(run, defaults, write), () => {
        hasChanged = true;
      });
      if (hasChanged && isRefusal(value)) throw new NotTogetherError();
      results.set(write, { ok: true, value });
    }
  }
  return writes.map((write) => results.get(write) ?? { ok: false, error: "a write was not answered" });
}

async function runApart(run: Run, defaults: Defaults, writes: readonly Write[]): Promise<readonly WriteResult[]> {
  const { transaction, announcements } = run;
  const results: WriteResult[] = [];
  for (const write of writes) {
    const announced = announcements.length;
    const takeBack = () => {
      transaction.controlAhead("ROLLBACK TO write");
      announcements.takeBack(announced);
    };
    await transaction.control([text("SAVEPOINT write")]);
    try {
      const value = await transaction.drive(beginWrite(run, defaults, write));
      await transaction.control();
      if (isRefusal(value)) takeBack();
      results.push({ ok: true, value });
    } catch (error) {
      if (!isOfOneWrite(error)) throw error;
      takeBack();
      results.push({ ok: false, error: `${write.verb}: ${error instanceof Error ? error.message : error}` });
    }
    transaction.controlAhead("RELEASE write");
  }
  return results;
}

const beginWrite = ({ announcements }: Run, defaults: Defaults, { verb, input }: Write) =>
  beginVerb(verb, { defaults, announce: announcements.add }, input);

const beginVerb = <K extends WriteName>(verb: K, may: VerbTransaction, input: Input<Writes[K]>) =>
  writeVerbs[verb](may, input) as Verb<Output<Writes[WriteName]>>;

/** Whether an error takes back its write alone: wrong data (22), a broken constraint (23), or a fault of the program. */
function isOfOneWrite(error: unknown): boolean {
  if (error instanceof CommitLostError) return false;
  return !(error instanceof PostgresError) || /^(2[123]|42|P0)/.test(error.code ?? "");
}
