import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildClient, ensurePackages, root } from "./tools.mjs";

/** `npm run build`: builds the client and holds what a first visit loads against its budget (gzip, bytes). */
const budgets = { js: 60_000, css: 12_000 };

ensurePackages();
buildClient();

const dist = join(root, "client/dist");
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
const files = { js: new Set(), css: new Set() };
collect("index.html");

let over = false;
for (const [kind, budget] of Object.entries(budgets)) {
  const bytes = [...files[kind]].reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length,
    0,
  );
  over ||= bytes > budget;
  const verdict = bytes > budget ? "over" : "within";
  console.log(
    `First load, ${kind}: ${(bytes / 1000).toFixed(1)} kB gzip, ${verdict} the budget of ${budget / 1000} kB`,
  );
}
if (over) process.exitCode = 1;

function collect(name) {
  const chunk = manifest[name];
  if (files.js.has(chunk.file)) return;
  files.js.add(chunk.file);
  for (const file of chunk.css ?? []) files.css.add(file);
  for (const imported of chunk.imports ?? []) collect(imported);
}
