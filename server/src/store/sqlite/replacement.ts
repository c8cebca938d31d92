import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Data that takes the place of a folder's own. It is made ready in `.restoring`, and from the moment that this is called
 * `.restored` it is the folder's: whatever interrupts what follows, the next one to claim the folder finishes it.
 *
 *     .restoring ──rename──▶ .restored
 *                              each thing: the old one ─▶ .restored/before, the new one ─▶ its place
 *                              .restored/before ─▶ before-restore-<time>
 *
 * A data folder may be a volume, which cannot itself be renamed.
 */
export const preparedName = ".restoring";
const decidedName = ".restored";

/** The log goes with its database, and before it: the new one has none. */
const things = ["parley.db-wal", "parley.db-shm", "parley.db", "files"] as const;

/** Puts what has been prepared in the place of what is there. The caller has the folder to itself. Answers where that is now. */
export function replaceData(folder: string): string | null {
  sync(join(folder, preparedName));
  renameSync(join(folder, preparedName), join(folder, decidedName));
  sync(folder);
  return finishReplacement(folder);
}

/** Goes on with what was interrupted, if anything was. */
export function finishReplacement(folder: string): string | null {
  const decided = join(folder, decidedName);
  if (!existsSync(decided)) return null;
  const before = join(decided, "before");
  mkdirSync(before, { recursive: true, mode: 0o700 });
  const isDatabaseThere = existsSync(join(decided, "parley.db"));
  for (const thing of things) {
    const [own, old, renewed] = [join(folder, thing), join(before, thing), join(decided, thing)];
    const isReplaced = thing === "files" ? existsSync(renewed) : isDatabaseThere;
    if (!isReplaced) continue;
    if (existsSync(own) && !existsSync(old)) renameSync(own, old);
    if (existsSync(renewed)) renameSync(renewed, own);
  }
  for (const path of [before, decided, folder]) sync(path);
  const kept = keepBefore(folder, before);
  rmdirSync(decided);
  sync(folder);
  return kept;
}

function keepBefore(folder: string, before: string): string | null {
  if (readdirSync(before).length === 0) {
    rmdirSync(before);
    return null;
  }
  const name = `before-restore-${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}`;
  // Two restores may fall into one second.
  let kept = join(folder, name);
  for (let number = 2; existsSync(kept); number++) kept = join(folder, `${name}-${number}`);
  renameSync(before, kept);
  return kept;
}

function sync(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
