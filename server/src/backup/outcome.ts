import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { BackupOutcome } from "../store/backups.ts";

/**
 * What has become of the last backup of a data folder lies in it, for the server to take down: whoever makes a backup is another
 * process, and the server alone writes to the database.
 */
const fileName = "last-backup.json";

const schema = z.object({
  endedAt: z.int().positive(),
  bytes: z.int().nonnegative(),
  missing: z.int().nonnegative(),
  problem: z.string().max(500).nullable(),
});

/** Null when there is none, or none that can be understood. */
export async function readOutcome(dataFolder: string): Promise<BackupOutcome | null> {
  try {
    return schema.parse(JSON.parse(await readFile(join(dataFolder, fileName), "utf8")));
  } catch {
    return null;
  }
}

/** Never throws: that it cannot be written is no reason to have no backup. */
export async function writeOutcome(dataFolder: string, outcome: BackupOutcome): Promise<void> {
  const path = join(dataFolder, fileName);
  const text = JSON.stringify({ ...outcome, problem: outcome.problem?.slice(0, 500) ?? null });
  try {
    const file = await open(`${path}.new`, "w", 0o600);
    try {
      await file.writeFile(`${text}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  } catch {}
}
