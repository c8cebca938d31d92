import { Database } from "bun:sqlite";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Random } from "../random.ts";
import { crashAt, type Recording, replay, toldBefore } from "./crash-images.ts";

export interface Images {
  readonly count: number;
  /** Acknowledgements that were looked for, over all images. */
  readonly looked: number;
  readonly findings: readonly string[];
}

/** Whether a path is one of the database's files whose content matters after a crash: its shared memory is made anew. */
export const isDatabaseFile = (path: string): boolean => /\/parley\.db(-wal)?$/.test(path);

/**
 * Cuts the power at `count` moments of a recorded run and opens what the disk may then hold: the database must be whole, and
 * everything in it that had been told to anyone. The moments are spread over the acknowledgements.
 */
export async function checkImages(
  recording: Recording,
  count: number,
  random: Random,
  folder: string,
): Promise<Images> {
  const findings: string[] = [];
  let looked = 0;
  const first = Math.min(...recording.told.values());
  for (let image = 0; image < count; image++) {
    const at = random.between(first, recording.length);
    const told = toldBefore(recording, at);
    looked += told.length;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const [path, bytes] of crashAt(recording, at, random.fork(`image ${image}`))) {
      await writeFile(join(folder, basename(path)), bytes);
    }
    for (const wrong of await judge(join(folder, "parley.db"), told)) findings.push(`cut at step ${at}: ${wrong}`);
  }
  return { count, looked, findings };
}

/** What is wrong with a database that should have these keys. */
async function judge(path: string, keys: readonly string[]): Promise<readonly string[]> {
  const database = new Database(path, { readwrite: true, create: false });
  try {
    const all = (sql: string) => database.query<Record<string, unknown>, []>(sql).all();
    const [whole] = all("PRAGMA integrity_check");
    const findings = whole?.integrity_check === "ok" ? [] : [`it is not whole: ${whole?.integrity_check}`];
    if (all("PRAGMA foreign_key_check").length > 0) findings.push("something refers to what is not there");
    const stored = new Set(all("SELECT client_message_id AS key FROM messages").map(({ key }) => key));
    const lost = keys.filter((key) => !stored.has(key));
    if (lost.length > 0) findings.push(`${lost.length} of ${keys.length} acknowledged messages are lost`);
    for (const { room, highest, number } of all(
      "SELECT room_id AS room, max(id) AS highest, count(*) AS number FROM messages GROUP BY room_id",
    )) {
      if (highest !== number) findings.push(`${room} has ${number} messages up to #${highest}`);
    }
    return findings;
  } catch (error) {
    return [`it cannot be read: ${error instanceof Error ? error.message : error}`];
  } finally {
    database.close();
  }
}

/** Whether the recording leads to the files as they are: otherwise something was done that it does not tell of. */
export async function isComplete(recording: Recording): Promise<boolean> {
  for (const [path, bytes] of replay(recording)) if (!bytes.equals(await readFile(path))) return false;
  return true;
}
