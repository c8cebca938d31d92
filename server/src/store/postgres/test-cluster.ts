import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectPostgres, type Postgres } from "../../platform/postgres.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { text } from "./sql.ts";

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** Runs statements, as its operator could. */
  execute(...statements: readonly string[]): Promise<void>;
}

let shared: Promise<TestCluster> | null = null;

/** One cluster serves all tests of a process, and goes with it. Nothing of it needs to survive, so it syncs nothing. */
export function testCluster(): Promise<TestCluster> {
  shared ??= TestCluster.start(["fsync=off", "full_page_writes=off"]);
  return shared;
}

/**
 * A real PostgreSQL for tests, from Debian's packages, in a folder of its own and reached by a socket in it. It goes with
 * the process that started it, however that ends.
 */
export class TestCluster implements AsyncDisposable {
  readonly #folder: string;
  readonly #command: readonly string[];
  #keeper: ChildProcess | null = null;
  #databases = 0;

  static async start(settings: readonly string[] = []): Promise<TestCluster> {
    const cluster = new TestCluster(settings);
    await cluster.start();
    await cluster.#withAdmin((admin) => admin.run([text(`CREATE DATABASE ${template}`)]));
    await (await openPostgresStore(cluster.urlOf(template), { defaultSignUp: "open" })).close();
    return cluster;
  }

  private constructor(settings: readonly string[]) {
    const binaries = findBinaries();
    this.#folder = mkdtempSync(join(tmpdir(), "parley-postgres-"));
    const data = join(this.#folder, "data");
    // PostgreSQL refuses to run as root.
    const isRoot = process.getuid?.() === 0;
    const asUser = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
    if (isRoot) mustRun(["chown", "postgres", this.#folder]);
    const initdb = [...asUser, join(binaries, "initdb"), "-D", data, "-U", "parley", "-E", "UTF8", "--auth=trust"];
    mustRun([...initdb, "--no-sync", ...collation]);
    const flags = [...ownSettings, ...settings].flatMap((each) => ["-c", each]);
    this.#command = [...asUser, join(binaries, "postgres"), "-D", data, "-k", this.#folder, ...flags];
  }

  /** The address of a database, by way of another port if there is a listener of the test's own. */
  urlOf(database: string, port = 5432): string {
    return `postgres://parley@localhost:${port}/${database}?host=${encodeURIComponent(this.#folder)}`;
  }

  socketOf(port: number): string {
    return join(this.#folder, `.s.PGSQL.${port}`);
  }

  /** A new database with Parley's schema and nothing in it. */
  async createDatabase(from = `TEMPLATE ${template}`): Promise<TestDatabase> {
    this.#databases += 1;
    const name = `parley_${this.#databases}`;
    const url = this.urlOf(name);
    await this.#withAdmin((admin) => admin.run([text(`CREATE DATABASE ${name} ${from}`)]));
    return {
      url,
      execute: (...statements) =>
        withConnection(url, async (connection) => {
          await connection.run(statements.map(text));
        }),
      [Symbol.asyncDispose]: async () => {
        await this.#withAdmin((admin) => admin.run([text(`DROP DATABASE ${name} WITH (FORCE)`)]));
      },
    };
  }

  /** Starts it, after `kill` with what was on the disk. */
  async start(): Promise<void> {
    const keeper = spawn("sh", ["-c", keep, "sh", this.#folder, ...this.#command], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    this.#keeper = keeper;
    let log = "";
    keeper.stderr.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-10_000);
    });
    keeper.unref();
    for (const until = performance.now() + 60_000; ; ) {
      try {
        await this.#withAdmin(async () => {});
        return;
      } catch (error) {
        if (performance.now() > until) throw new Error(`PostgreSQL did not start: ${log}`, { cause: error });
        await Bun.sleep(20);
      }
    }
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    const pid = Number(readFileSync(join(this.#folder, "data/postmaster.pid"), "utf8").split("\n")[0]);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    process.kill(pid, "SIGKILL");
    await this.#end("stay\n");
    // They end by themselves; until then it cannot be started again.
    while (children.some((child) => child !== "" && existsSync(`/proc/${child}`))) await Bun.sleep(5);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("");
  }

  async #end(word: string): Promise<void> {
    const keeper = this.#keeper;
    if (!keeper) return;
    const ended = new Promise((resolve) => keeper.once("exit", resolve));
    keeper.stdin?.end(word);
    await ended;
    this.#keeper = null;
  }

  #withAdmin<T>(use: (admin: Postgres) => Promise<T>): Promise<T> {
    return withConnection(this.urlOf("postgres"), use);
  }
}

/** Lets a test look at, or change, what only the engine knows. */
export async function withConnection<T>(url: string, use: (connection: Postgres) => Promise<T>): Promise<T> {
  const connection = await connectPostgres({ url, connectMs: 10_000, answerMs: 60_000 });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

const template = "parley_template";

/** Its input ends with the process that started it. The folder goes too, unless it is told to stay. */
const keep = `folder="$1"; shift
"$@" <&- &
read -r word; kill -QUIT "$!"; wait
[ "$word" = stay ] || rm -rf "$folder"`;

/** A language's order, so that nothing may rely on the order of bytes by chance. */
const collation = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"];

const ownSettings = ["listen_addresses=", "autovacuum_naptime=5s", "shared_buffers=64MB", "max_connections=200"];

function findBinaries(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).map(Number) : [];
  const newest = Math.max(0, ...versions.filter((version) => existsSync(join(root, `${version}/bin/postgres`))));
  if (newest < 15) throw new Error("The tests need PostgreSQL 15 or newer: install the package postgresql.");
  return join(root, `${newest}/bin`);
}

function mustRun([program = "", ...args]: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error ?? stderr}`);
}
