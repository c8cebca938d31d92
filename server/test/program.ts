import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The program itself as a child process, for what only a process can show: starting, stopping, being killed. */
export interface Program {
  readonly url: string;
  readonly pid: number;
  kill(signal: "SIGKILL" | "SIGTERM" | "SIGINT"): void;
  readonly ended: Promise<Ending>;
}

export interface Ending {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export const main = join(import.meta.dirname, "../src/main.ts");
const admin = join(import.meta.dirname, "../src/admin.ts");

/** How else to run it than as the tests do: another command, another user's number. */
export interface Installation {
  readonly command: readonly string[];
  readonly user?: number;
}

/** Runs the program and waits for its line with the address. Rejects when it ends before. */
export async function startProgram(
  environment: Readonly<Record<string, string>>,
  folder: string,
  installation?: Installation,
): Promise<Program> {
  const program = run(environment, folder, installation);
  const url = await Promise.race([
    program.url,
    program.ended.then(({ errors }) => Promise.reject(new Error(`it did not start: ${errors}`))),
  ]);
  return { url, pid: program.pid, kill: program.kill, ended: program.ended };
}

/** Runs the program when it is expected to refuse to start. */
export function runProgram(environment: Readonly<Record<string, string>>, folder: string): Promise<Ending> {
  return run(environment, folder).ended;
}

/** Runs `npm run admin -- …` on the data folder of the program. */
export function runAdmin(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  folder: string,
): Promise<Ending> {
  return run(environment, folder, { command: [process.execPath, admin, ...words] }).ended;
}

function run(
  environment: Readonly<Record<string, string>>,
  folder: string,
  { command: [command = "", ...words], user }: Installation = { command: [process.execPath, main] },
) {
  const child = spawn(command, words, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: "0", PARLEY_LIMITS: "off", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  let output = "";
  let errors = "";
  const url = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = /ready at (\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    });
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<Ending>((resolve) => {
    child.on("close", (code) => resolve({ code, output, errors }));
  });
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    kill: (signal: "SIGKILL" | "SIGTERM" | "SIGINT") => void child.kill(signal),
  };
}

/** A folder of the test's own, removed at its end. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "parley-program-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
