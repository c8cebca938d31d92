import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { browserArguments, ensureBrowser } from "./browser.mjs";
import { bin, bunPath, ensureDebianPackages, ensurePackages, has, root } from "./tools.mjs";

/**
 * `npm test`: everything, as CI runs it. Installs what is missing, goes through all steps even when one fails, and ends
 * with one line that counts the tests.
 */
const results = join(root, "test-results");
const junit = join(results, "unit.xml");
const postgresJunit = join(results, "postgres.xml");
const journeys = join(results, "journeys.json");

ensurePackages();
ensureBrowser();
ensureDebianPackages(["openssl"], () => has("openssl"));
ensureDebianPackages(["strace"], () => has("strace"));
ensureDebianPackages(["redis-server"], () => has("redis-server"));
ensureDebianPackages(["nginx", "caddy"], () => has("nginx") && has("caddy"));
ensureDebianPackages(["postgresql"], () => existsSync("/usr/lib/postgresql"));
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

// Solid has another build for servers; the client's tests need the browser's. Most tests wait for something, so two of
// their files run at once; each process keeps what it has started, such as PostgreSQL, for all files that it runs.
const unit = [
  ...["test", "--conditions", "browser", "--timeout", "60000"],
  ...["--parallel=2", "--no-isolate", "--reporter=junit"],
];
// Whole-server tests once more, on the other engine: those in which it does something of its own.
const onPostgres = [
  "admin",
  "audit",
  "direct-rooms",
  "files",
  "permissions",
  "polling",
  "reactions",
  "resume",
  "revocation",
  "roles",
  "search",
  "sending",
  "unread",
].map((name) => `./server/test/${name}.test.ts`);
const steps = [
  ["check", process.execPath, ["scripts/check.mjs"]],
  ["build", process.execPath, ["scripts/build.mjs"]],
  ["tests", bunPath(), [...unit, `--reporter-outfile=${junit}`, "protocol", "sdk", "server", "client", "torture"]],
  [
    "tests on PostgreSQL",
    bunPath(),
    [...unit, `--reporter-outfile=${postgresJunit}`, ...onPostgres],
    { PARLEY_TEST_STORE: "postgres" },
  ],
  // Always the same plan: what fails shall be what has changed.
  ["torture", bunPath(), ["torture/src/main.ts", "--short", "--seed", "20261125"]],
  ["journeys", bin("playwright"), ["test", "--config", "e2e/playwright.config.ts"]],
];

const failed = [];
for (const [name, command, args, environment] of steps) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...browserArguments(), PLAYWRIGHT_JSON_OUTPUT_FILE: journeys, ...environment },
  });
  console.log(`── ${name}: ${status === 0 ? "fine" : "FAILED"} in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (status !== 0) failed.push(name);
}

const counts = [countUnit(junit), countUnit(postgresJunit), countJourneys()];
const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}`);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = failed.length > 0 || sum("failed") > 0 || sum("passed") === 0 ? 1 : 0;

function countUnit(path) {
  const head = existsSync(path) ? /<testsuites[^>]*>/.exec(readFileSync(path, "utf8"))?.[0] : undefined;
  const number = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head ?? "")?.[1] ?? 0);
  return {
    passed: number("tests") - number("failures") - number("skipped"),
    failed: number("failures"),
    skipped: number("skipped"),
  };
}

function countJourneys() {
  const stats = existsSync(journeys) ? JSON.parse(readFileSync(journeys, "utf8")).stats : {};
  return {
    passed: stats.expected ?? 0,
    failed: (stats.unexpected ?? 0) + (stats.flaky ?? 0),
    skipped: stats.skipped ?? 0,
  };
}
