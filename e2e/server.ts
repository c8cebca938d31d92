import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../server/test/free-port.ts";
import { mailLogin } from "../server/test/smtp-service.ts";

export interface ServerOptions {
  /** Environment variables. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Sends mail by the mail server on this port. Links in it lead to this server, so it knows where it is. */
  readonly mailPort?: number;
  /** With it, the server's clock begins here and stands until `setClock`. */
  readonly clock?: Date;
}

/** The built product as a process, with a data folder of its own. */
export class Server {
  readonly #folder: string;
  #settings: Readonly<Record<string, string>>;
  readonly #clockFile: string | null;
  #child: ChildProcess | null = null;
  readonly #port: number;

  /** A port of its own, which nobody takes while it is away for a moment. */
  private constructor(folder: string, port: number, { settings = {}, clock }: ServerOptions) {
    this.#folder = folder;
    this.#port = port;
    this.#settings = settings;
    this.#clockFile = clock ? join(folder, "clock") : null;
    if (clock) this.setClock(clock);
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "parley-e2e-")), await freePort(), options);
    if (options.mailPort !== undefined) server.#sendMail(options.mailPort);
    await server.resume();
    return server;
  }

  #sendMail(mailPort: number): void {
    this.#settings = {
      ...this.#settings,
      PARLEY_URL: this.url,
      PARLEY_SMTP_URL: `smtp://${mailLogin.user}:${encodeURIComponent(mailLogin.pass)}@127.0.0.1:${mailPort}`,
      PARLEY_MAIL_FROM: "Parley <chat@example.org>",
    };
  }

  setClock(to: Date): void {
    if (!this.#clockFile) throw new Error("this server goes by the machine's clock");
    writeFileSync(this.#clockFile, String(to.getTime()));
  }

  /** The names of the files that it stores. */
  async files(): Promise<readonly string[]> {
    const entries = await readdir(join(this.#folder, "data/files"), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  /** Starts it, again on the same port and data. */
  async resume(): Promise<void> {
    const clock = this.#clockFile ? ["--preload", join(root, "e2e/clock.ts")] : [];
    const child = spawn(bun(), [...clock, join(root, "server/src/main.ts")], {
      cwd: this.#folder,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: String(this.#port),
        PARLEY_LIMITS: "off",
        ...(this.#clockFile ? { CLOCK_FILE: this.#clockFile } : {}),
        ...this.#settings,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("ready at ")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
  }

  /** Makes a backup of what it has, as `npm run backup` does. */
  backUp(): Promise<void> {
    return this.#run("make-backup.ts", "backup.tar");
  }

  /** Restores the backup in its place, while it is stopped, and leaves people signed in. */
  restore(): Promise<void> {
    return this.#run("restore-backup.ts", "backup.tar", "--replace", "--keep-sessions");
  }

  async #run(program: string, ...words: readonly string[]): Promise<void> {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...this.#settings };
    const stdio = ["ignore", "ignore", "inherit"] as const;
    const child = spawn(bun(), [join(root, "server/src", program), ...words], {
      cwd: this.#folder,
      env,
      stdio: [...stdio],
    });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    if (code !== 0) throw new Error(`${program} ended with ${code}`);
  }

  async kill(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    await this.kill("SIGTERM");
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const root = join(import.meta.dirname, "..");

function bun(): string {
  const usual = join(root, "node_modules/bun/bin/bun.exe");
  const folder = join(root, "node_modules/@oven");
  const platform = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name, "bin/bun")) : [];
  const found = [...platform, usual].find((path) => existsSync(path));
  if (!found) throw new Error("Bun is not installed");
  return found;
}
