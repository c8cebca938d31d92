import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const path = join(import.meta.dirname, "../../package.json");

/** Of this program. */
export function readVersion(): string {
  const version: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).version : null;
  return typeof version === "string" ? version : "unknown";
}
