import type { BackupOutcome } from "../backups.ts";
import type { Writes } from "../store.ts";
import { record } from "./audit.ts";
import { all, type Input, one, type Transaction, type Verb } from "./verb.ts";
import { findWorkspace } from "./workspace.ts";

interface BackupRow {
  readonly begun_at: number;
  readonly ended_at: number;
  readonly bytes: number;
  readonly missing: number;
  readonly problem: string | null;
}

const findRow = (): Verb<BackupRow> =>
  one("SELECT begun_at, ended_at, bytes, missing, problem FROM backups WHERE id = 1");

export function* findBackup(): Verb<BackupOutcome | null> {
  const { ended_at: endedAt, bytes, missing, problem } = yield* findRow();
  return endedAt === 0 ? null : { endedAt, bytes, missing, problem };
}

export function* claimBackup(
  _transaction: Transaction,
  { everyMs, retryMs, at }: Input<Writes["claimBackup"]>,
): Verb<boolean> {
  const { begun_at, problem } = yield* findRow();
  if (at - begun_at < (problem === null ? everyMs : Math.min(retryMs, everyMs))) return false;
  yield* all("UPDATE backups SET begun_at = ? WHERE id = 1", at);
  return true;
}

export function* putBackup(
  _transaction: Transaction,
  { endedAt, bytes, missing, problem }: Input<Writes["putBackup"]>,
): Verb<null> {
  if (endedAt <= (yield* findRow()).ended_at) return null;
  yield* all(
    "UPDATE backups SET ended_at = ?, bytes = ?, missing = ?, problem = ? WHERE id = 1",
    endedAt,
    bytes,
    missing,
    problem,
  );
  const { name } = yield* findWorkspace();
  yield* record({
    act: problem === null ? "backup.made" : "backup.failed",
    by: { userId: null, address: null },
    target: { kind: "workspace", id: "workspace", name },
    detail: problem ?? (missing === 0 ? null : `without ${missing} files that are missing or damaged`),
    at: endedAt,
  });
  return null;
}
