import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the scripts share: where things are, installing what is missing, running a program. Plain Node, no packages. */

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamps = join(root, "node_modules/.parley");

/** Runs a program to its end, showing what it prints. Throws when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} failed`);
}

/** A program of an installed package. */
export const bin = (name) => join(root, "node_modules/.bin", name);

/** The Bun binary itself: also when install scripts were not allowed to put it into its usual place. */
export function bunPath() {
  const usual = join(root, "node_modules/bun/bin/bun.exe");
  const candidates = [usual];
  const platforms = join(root, "node_modules/@oven");
  if (existsSync(platforms)) {
    for (const name of readdirSync(platforms)) candidates.push(join(platforms, name, "bin", "bun"));
  }
  const found = candidates.find((path) => existsSync(path) && statSync(path).size > 1_000_000 && works(path));
  if (!found) throw new Error("Bun is not installed. Run npm install and read what it says.");
  return found;
}

function works(path) {
  return spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0;
}

/** Installs the packages when the lock file is not the one that was installed last. */
export function ensurePackages() {
  const lock = hashFiles([join(root, "package-lock.json")]);
  if (readStamp("packages") === lock && existsSync(join(root, "node_modules/bun"))) return;
  console.log("Installing packages …");
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
    shell: process.platform === "win32",
    env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1" },
  });
  writeStamp("packages", lock);
}

/** Builds the client when its sources are not those that were built last. */
export function ensureClient() {
  const sources = hashFiles([
    ...listFiles(join(root, "client")),
    ...listFiles(join(root, "protocol/src")),
    ...listFiles(join(root, "sdk/src")),
    join(root, "package-lock.json"),
  ]);
  if (readStamp("client") === sources && existsSync(join(root, "client/dist/index.html"))) return;
  console.log("Building the client …");
  buildClient();
  writeStamp("client", sources);
}

export function buildClient() {
  run(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"], {
    cwd: join(root, "client"),
  });
}

/** Starts a program that stays in front; signals go to it (`endSignal` instead, if given), and its end is ours. */
export function replaceBy(command, args, { endSignal, ...options } = {}) {
  const child = spawn(command, args, { stdio: "inherit", ...options });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(endSignal ?? signal));
  // When npm is ended by a signal, it ends without a word to us: then the program must not stay behind.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) child.kill(endSignal ?? "SIGTERM");
  }, 200);
  child.on("exit", (code, signal) => {
    clearInterval(watch);
    process.exitCode = code ?? (signal ? 1 : 0);
  });
  return child;
}

/** Whether a program can be found, servers among them, which are not in everybody's path. */
export function has(command) {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  return spawnSync("which", [command], { stdio: "ignore", env }).status === 0;
}

/** Debian's packages, where this user may install them. Otherwise it says what to install. */
export function ensureDebianPackages(packages, isThere) {
  if (isThere()) return;
  const asRoot = process.getuid?.() === 0;
  const sudo = !asRoot && has("sudo") && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;
  if (!has("apt-get") || !(asRoot || sudo)) {
    throw new Error(`The tests need these programs; please install them: ${packages.join(" ")}`);
  }
  console.log(`Installing ${packages.join(" ")} …`);
  const apt = (...args) => {
    const options = {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    };
    if (asRoot) run("apt-get", args, options);
    else run("sudo", ["-n", "apt-get", ...args], options);
  };
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", ...packages);
}

/** Runs a program and answers what it printed. */
export function outputOf(command, args) {
  return execFileSync(command, args, { cwd: root, encoding: "utf8" }).trim();
}

/** Every file below a folder but what is built or installed. */
export function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !["node_modules", "dist"].includes(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? listFiles(path) : [path];
    })
    .sort();
}

function hashFiles(paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(path).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

function readStamp(name) {
  const path = join(stamps, name);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function writeStamp(name, value) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), value);
}
