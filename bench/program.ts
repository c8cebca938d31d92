import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** What a program is started with besides its command. */
interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A process under measurement, on a processor of its own where there are two and `taskset`; the load then comes from the
 * other. It prints `ready at URL` when it serves.
 */
export class Program implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** Rejects when it ends before it is ready. */
  static async start(command: readonly string[], { cwd, env = {} }: Surroundings = {}): Promise<Program> {
    const pinned = cpus().length > 1 && spawnSync("taskset", ["--version"]).status === 0;
    const [name = "", ...words] = pinned ? ["taskset", "-c", "0", ...command] : command;
    const child = spawn(name, words, {
      ...(cwd !== undefined && { cwd }),
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (pinned) spawnSync("taskset", ["-acp", "1", String(process.pid)]);
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on("data", (chunk: Buffer) => {
        const found = /ready at (\S+)/.exec(chunk.toString())?.[1];
        if (found) resolve(found);
      });
      child.once("exit", () => reject(new Error(`${command.join(" ")} did not start`)));
    });
    return new Program(url, child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Processor time that its threads have used, in milliseconds. Linux only. */
  cpuMs(): number {
    const threads = readdirSync(`/proc/${this.pid}/task`);
    const times = threads.map((thread) => {
      try {
        return Number(readFileSync(`/proc/${this.pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6;
      } catch {
        // It has ended meanwhile.
        return 0;
      }
    });
    return times.reduce((sum, time) => sum + time, 0);
  }

  /** Waits until it has nothing left to do of what it was asked before. Linux only. */
  async rest(): Promise<void> {
    for (let before = this.cpuMs(), still = 0; still < 5; ) {
      await Bun.sleep(100);
      const now = this.cpuMs();
      still = now - before <= 10 ? still + 1 : 0;
      before = now;
    }
  }

  /** Memory that it holds, in megabytes. Linux only. */
  memoryMb(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }

  /** Asks it to end, or ends it, and waits until it has. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill(signal);
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
