import { join } from "node:path";
import { freePort } from "../../server/test/free-port.ts";
import { type Program, startProgram } from "../../server/test/program.ts";

/** How a server ended that was asked to. */
export interface Stop {
  readonly ms: number;
  readonly code: number | null;
}

/** The server under torture: the program itself, on one data folder and one port, over as many lives as it takes. */
export class Server {
  readonly port: number;
  /** Where it keeps its data. */
  readonly data: string;
  readonly #folder: string;
  #program: Program | null = null;

  /** `folder` is where it works; nothing runs yet. */
  static async create(folder: string): Promise<Server> {
    return new Server(folder, await freePort());
  }

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.data = join(folder, "data");
    this.port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when it is ready. Rejects when it ends before. */
  async start(): Promise<void> {
    const settings = { PORT: String(this.port), HOST: "127.0.0.1", PARLEY_DATA: this.data };
    this.#program = await startProgram(settings, this.#folder);
  }

  /** `kill -9`: nothing in it is told. */
  async kill(): Promise<void> {
    this.#program?.kill("SIGKILL");
    await this.#program?.ended;
    this.#program = null;
  }

  /** SIGTERM, as whoever restarts it sends it. */
  async stop(): Promise<Stop> {
    const started = performance.now();
    this.#program?.kill("SIGTERM");
    const ending = await this.#program?.ended;
    this.#program = null;
    return { ms: Math.round(performance.now() - started), code: ending?.code ?? null };
  }
}
