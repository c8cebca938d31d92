import { type ChildProcess, spawn } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { setPriority } from "node:os";
import { join } from "node:path";
import type { Backups } from "../app.ts";
import { readOutcome } from "./outcome.ts";

export interface ScheduledOptions {
  /** Null: this server makes none by itself. */
  readonly plan: { readonly folder: string; readonly everyMs: number; readonly keep: number } | null;
  readonly dataFolder: string;
  /** Of `make-backup.ts`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const program = join(import.meta.dirname, "../make-backup.ts");
/** Names sort by time. No others are removed. */
const ownName = /^parley-\d{8}T\d{6}Z\.tar$/;

/** Backups that the server makes: each in a process of its own, behind everything else that the machine has to do. */
export function createBackups({ plan, dataFolder, environment }: ScheduledOptions): Backups {
  let child: ChildProcess | null = null;
  return {
    plan,
    findOutcome: () => readOutcome(dataFolder),
    async make(at) {
      const failed = (problem: string) => ({ endedAt: Date.now(), bytes: 0, missing: 0, problem });
      if (plan === null) return failed("No backups are planned.");
      const before = await readOutcome(dataFolder);
      const name = `parley-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, "")}.tar`;
      child = spawn(process.execPath, [program, join(plan.folder, name)], {
        stdio: ["ignore", "ignore", "pipe"],
        env: environment,
      });
      const problem = await endOf(child);
      child = null;
      const outcome = await readOutcome(dataFolder);
      // What it knows itself it has written down.
      if (!outcome || outcome.endedAt <= (before?.endedAt ?? 0)) return failed(problem);
      if (outcome.problem === null) await removeOld(plan.folder, plan.keep).catch(() => {});
      return outcome;
    },
    stop() {
      child?.kill("SIGKILL");
    },
  };
}

/** What it has said against itself. */
function endOf(child: ChildProcess): Promise<string> {
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(0, 500);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("spawn", () => setPriority(child.pid ?? 0, 19));
    child.on("close", (code, signal) => resolve(errors.trim() || `It was ended by ${signal ?? code}.`));
  });
}

async function removeOld(folder: string, keep: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => ownName.test(name)).sort();
  for (const name of names.slice(0, -keep)) await rm(join(folder, name));
}
