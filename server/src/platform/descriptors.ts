import { readFileSync } from "node:fs";

/** Left for the database, for files, and for requests. */
const leftOver = 64;

/** How many connections this process has descriptors for, at most; Infinity where the system does not say. */
export function connectionsPossible(): number {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Number(limit) - leftOver);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
