import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectPostgres, type Postgres } from "../../platform/postgres.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { text } from "./sql.ts";

/**
 * A real PostgreSQL for tests, from Debian's packages, in a folder of its own and reached by a socket in it. One serves all
 * tests of a process, and goes with it. Nothing of it needs to survive a power cut, so it syncs nothing.
 */
export interface TestCluster {
  /** A new database with Parley's schema and nothing in it. */
  createDatabase(): Promise<TestDatabase>;
}

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** Runs statements, as its operator could. */
  execute(...statements: readonly string[]): Promise<void>;
}

let cluster: Promise<TestCluster> | null = null;

/** Starts it when it is needed first. */
export function testCluster(): Promise<TestCluster> {
  cluster ??= start();
  return cluster;
}

async function start(): Promise<TestCluster> {
  const binaries = findBinaries();
  const folder = mkdtempSync(join(tmpdir(), "parley-postgres-"));
  const data = join(folder, "data");
  // PostgreSQL refuses to run as root.
  const asUser = process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
  const command = (program: string, ...args: readonly string[]): [string, string[]] => {
    const [first = "", ...rest] = [...asUser, join(binaries, program), ...args];
    return [first, rest];
  };
  if (asUser.length > 0) mustRun("chown", ["postgres", folder]);
  mustRun(...command("initdb", "-D", data, "-U", "parley", "-E", "UTF8", "--auth=trust", "--no-sync", ...collation));
  const flags = settings.flatMap((each) => ["-c", each]);
  const [program, args] = command("postgres", "-D", data, "-k", folder, ...flags);
  const server = spawn("sh", ["-c", keeper, "sh", folder, program, ...args], { stdio: ["pipe", "ignore", "pipe"] });
  let log = "";
  server.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-10_000);
  });
  server.unref();
  const urlOf = (name: string) => `postgres://parley@localhost/${name}?host=${encodeURIComponent(folder)}`;
  const admin = await connectWhenReady(urlOf("postgres"), () => `${log}\nPostgreSQL did not start`);
  const template = "parley_template";
  await admin.run([text(`CREATE DATABASE ${template}`)]);
  await (await openPostgresStore(urlOf(template), { defaultSignUp: "open" })).close();
  let number = 0;
  return {
    async createDatabase() {
      const name = `parley_${++number}`;
      await admin.run([text(`CREATE DATABASE ${name} TEMPLATE ${template}`)]);
      return {
        url: urlOf(name),
        async execute(...statements) {
          const connection = await connectPostgres({ url: urlOf(name), connectMs: 5000, answerMs: 60_000 });
          try {
            await connection.run(statements.map(text));
          } finally {
            await connection.close();
          }
        },
        async [Symbol.asyncDispose]() {
          await admin.run([text(`DROP DATABASE ${name} WITH (FORCE)`)]);
        },
      };
    },
  };
}

/** Its input ends with the process that started it, however that ends. */
const keeper = `folder="$1"; shift; "$@" & cat >&2; kill -QUIT "$!"; wait; rm -rf "$folder"`;

/** A language's order, so that nothing may rely on the order of bytes by chance. */
const collation = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"];

const settings = [
  "listen_addresses=",
  "fsync=off",
  "full_page_writes=off",
  "autovacuum_naptime=5s",
  "shared_buffers=64MB",
  "max_connections=200",
];

function findBinaries(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).map(Number) : [];
  const newest = Math.max(0, ...versions.filter((version) => existsSync(join(root, `${version}/bin/postgres`))));
  if (newest < 15) throw new Error("The tests need PostgreSQL 15 or newer: install the package postgresql.");
  return join(root, `${newest}/bin`);
}

function mustRun(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error ?? stderr}`);
}

async function connectWhenReady(url: string, reason: () => string): Promise<Postgres> {
  const until = performance.now() + 30_000;
  for (;;) {
    try {
      return await connectPostgres({ url, connectMs: 1000, answerMs: 60_000 });
    } catch (error) {
      if (performance.now() > until) throw new Error(reason(), { cause: error });
      await Bun.sleep(20);
    }
  }
}
