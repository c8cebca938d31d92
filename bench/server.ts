import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Room, User } from "@parley/protocol/model";
import { Program } from "./program.ts";

/** Of the environment, besides those that every measurement has. */
type Settings = Readonly<Record<string, string>>;

/** The server under measurement: a program with a fresh data folder and without limits. */
export class Server implements AsyncDisposable {
  #program: Program;
  readonly #folder: string;
  readonly #settings: Settings;

  private constructor(program: Program, folder: string, settings: Settings) {
    this.#program = program;
    this.#folder = folder;
    this.#settings = settings;
  }

  static async start(settings: Settings = {}): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "parley-bench-"));
    return new Server(await run(folder, settings), folder, settings);
  }

  get url(): string {
    return this.#program.url;
  }

  /** Where the embedded database is. */
  get database(): string {
    return join(this.#folder, "data/parley.db");
  }

  /** Stops the server, or kills it, lets `change` have its database alone, and starts it again, on another port. */
  async restart(change: () => Promise<void> | void, signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    await this.#program.stop(signal);
    await change();
    this.#program = await run(this.#folder, this.#settings);
  }

  /** As `Program`. */
  cpuMs(): number {
    return this.#program.cpuMs();
  }

  rest(): Promise<void> {
    return this.#program.rest();
  }

  memoryMb(): number {
    return this.#program.memoryMb();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function run(folder: string, settings: Settings): Promise<Program> {
  const main = join(import.meta.dirname, "../server/src/main.ts");
  return Program.start([process.execPath, main], {
    cwd: folder,
    env: { PORT: "0", HOST: "127.0.0.1", PARLEY_LIMITS: "off", ...settings },
  });
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

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
