import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { freePort } from "./free-port.ts";

/** A real Redis of the test's own, on a free port of this machine, that keeps nothing. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Runs one command, as anybody could. */
  command(...words: string[]): Promise<unknown>;
  /** Stops it as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again at the same address, knowing nothing. */
  start(): Promise<void>;
  /** It stays where it is and does nothing, until `go`. */
  halt(): void;
  go(): void;
}

export async function startRedis(...options: readonly string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "parley-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const start = async () => {
    const kept = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", String(port), "--dir", folder];
    child = spawn("redis-server", [...kept, ...options], { stdio: ["ignore", "pipe", "inherit"] });
    await whenReady(child);
  };
  const kill = async () => {
    const running = child;
    child = null;
    if (!running) return;
    const ended = new Promise((resolve) => running.once("close", resolve));
    running.kill("SIGKILL");
    await ended;
  };
  await start();
  return {
    url,
    start,
    kill,
    async command(...words) {
      const client = createClient({ url });
      client.on("error", () => {});
      await client.connect();
      try {
        return await client.sendCommand(words);
      } finally {
        client.destroy();
      }
    },
    halt: () => void child?.kill("SIGSTOP"),
    go: () => void child?.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      child?.kill("SIGCONT");
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function whenReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("Ready to accept connections")) resolve();
    });
    child.once("error", (error) => reject(new Error(`redis-server does not start: ${error.message}`)));
    child.once("close", () => reject(new Error(`redis-server ended: ${output}`)));
  });
}
