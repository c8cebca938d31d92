import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

/** `npm run backup` and `npm run restore` as programs, which a scenario may kill. */

const programs = join(import.meta.dirname, "../../server/src");

export interface Run {
  readonly child: ChildProcess;
  /** Null when it was killed. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

export const startBackup = (data: string, file: string): Run => run("make-backup.ts", data, file);

export const startRestore = (data: string, file: string): Run => run("restore-backup.ts", data, file);

function run(program: string, data: string, file: string): Run {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, PARLEY_DATA: data };
  const child = spawn(process.execPath, [join(programs, program), file], { env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return { child, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, errors }))) };
}
