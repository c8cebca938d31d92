/** The part of the store's contract that keeps what became of backups. They are made outside (`server/src/backup`). */

/** What became of one that somebody or the schedule tried. */
export interface BackupOutcome {
  /** When that was known. */
  readonly endedAt: number;
  /** 0 when there is none. */
  readonly bytes: number;
  /** How many files were not in the data folder, or damaged there. */
  readonly missing: number;
  /** Why there is none; null: it was made and checked. */
  readonly problem: string | null;
}

export interface BackupReads {
  /** Of the last one; null when none has been tried. */
  findBackup(input: Record<string, never>): Promise<BackupOutcome | null>;
}

export interface BackupWrites {
  /**
   * Claims the next scheduled backup for the caller: true, to one node, when the last was begun `everyMs` ago, or has failed
   * and was begun `retryMs` ago.
   */
  claimBackup(input: { readonly everyMs: number; readonly retryMs: number; readonly at: number }): Promise<boolean>;
  /** Keeps what became of one, and writes it into the audit log; does neither when a later one is known. */
  putBackup(input: BackupOutcome): Promise<null>;
}
