import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import type { Room, User } from "@parley/protocol/model";

/** Of the environment, besides those that every measurement has. */
type Settings = Readonly<Record<string, string>>;

/** The server under measurement: a process with a fresh data folder, without limits, on its own processor if possible. */
export class Server implements AsyncDisposable {
  url: string;
  #child: ChildProcess;
  readonly #folder: string;

  readonly #settings: Settings;

  private constructor(url: string, child: ChildProcess, folder: string, settings: Settings) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
    this.#settings = settings;
  }

  static async start(settings: Settings = {}): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "parley-bench-"));
    return new Server(...(await Server.#run(folder, settings)), folder, settings);
  }

  static async #run(folder: string, settings: Settings): Promise<[url: string, child: ChildProcess]> {
    const main = join(import.meta.dirname, "../server/src/main.ts");
    const pinned = cpus().length > 1 && spawnSync("taskset", ["--version"]).status === 0;
    const command = pinned ? ["taskset", "-c", "0", process.execPath, main] : [process.execPath, main];
    const child = spawn(command[0] ?? "", command.slice(1), {
      cwd: folder,
      env: { PATH: process.env.PATH, PORT: "0", PARLEY_LIMITS: "off", ...settings },
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (pinned && process.pid) spawnSync("taskset", ["-cp", "1", String(process.pid)]);
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on("data", (chunk: Buffer) => {
        const found = /ready at (\S+)/.exec(chunk.toString())?.[1];
        if (found) resolve(found);
      });
      child.once("exit", () => reject(new Error("the server did not start")));
    });
    return [url, child];
  }

  /** Where the embedded database is. */
  get database(): string {
    return join(this.#folder, "data/parley.db");
  }

  /** Stops the server, lets `change` have its database alone, and starts it again, on another port. */
  async restart(change: () => void): Promise<void> {
    await this.#stop();
    change();
    [this.url, this.#child] = await Server.#run(this.#folder, this.#settings);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Processor time that the server has used, all its threads, in milliseconds. Linux only. */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** Waits until the server has nothing left to do of what it was asked before. Linux only. */
  async rest(): Promise<void> {
    for (let before = this.cpuMs(), still = 0; still < 5; ) {
      await Bun.sleep(100);
      const now = this.cpuMs();
      still = now - before <= 10 ? still + 1 : 0;
      before = now;
    }
  }

  /** Memory that the server holds, in megabytes. Linux only. */
  memoryMb(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }

  async #stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Someone with a session. */
export class Person {
  readonly user: User;
  readonly cookie: string;
  #url: string;

  private constructor(url: string, user: User, cookie: string) {
    this.#url = url;
    this.user = user;
    this.cookie = cookie;
  }

  static async signUp(url: string, username: string): Promise<Person> {
    const response = await fetch(`${url}/api/auth/sign-up`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password: `the password of ${username}` }),
    });
    if (response.status !== 201) throw new Error(await response.text());
    const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    return new Person(url, (await response.json()) as User, cookie);
  }

  /** The server is somewhere else now. */
  moveTo(url: string): void {
    this.#url = url;
  }

  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { cookie: this.cookie, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  createRoom(name: string): Promise<Room> {
    return this.request("POST", "/api/rooms", { name });
  }

  openSocket(): WebSocket {
    const url = `${this.#url.replace("http", "ws")}/api/socket`;
    return new WebSocket(url, { headers: { cookie: this.cookie } } as never);
  }

  /** Sends messages over one socket, so many at a time without an answer. Answers acknowledged messages per second. */
  async post(room: Room, count: number, inFlight: number): Promise<number> {
    const socket = this.openSocket();
    await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
    const started = performance.now();
    await new Promise<void>((resolve, reject) => {
      let [sent, acked] = [0, 0];
      const more = () => {
        for (; sent < count && sent - acked < inFlight; sent++) {
          const content = `message ${sent} with some words in it, as people write them`;
          socket.send(JSON.stringify({ type: "message.send", ref: sent, room: room.id, content }));
        }
      };
      socket.addEventListener("close", () => reject(new Error("the socket closed")));
      socket.addEventListener("message", ({ data }) => {
        const text = String(data);
        if (!text.startsWith('{"type":"ack"')) return;
        if (text.includes('"error"')) reject(new Error(text));
        acked++;
        if (acked === count) resolve();
        else more();
      });
      more();
    });
    const rate = (count * 1000) / (performance.now() - started);
    socket.close();
    return rate;
  }
}

export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Bun ${process.versions.bun}`;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
