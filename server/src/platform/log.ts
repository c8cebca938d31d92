import type { Log, LogFields } from "../app.ts";

type Level = "info" | "warn" | "error";

/** One JSON object a line on standard error; control characters are escaped by JSON itself. */
export function createLog(now: () => number): Log {
  const write = (level: Level, event: string, fields: LogFields = {}) => {
    process.stderr.write(`${JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...fields })}\n`);
  };
  return {
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields) => write("warn", event, fields),
    error: (event, fields) => write("error", event, fields),
  };
}
