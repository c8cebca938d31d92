import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { listFiles, root } from "./tools.mjs";

/** What a store promises, one file per noun: types alone. Whoever knows the store knows these. */
const storeContract = [
  "store",
  "outcome",
  "accounts",
  "administration",
  "backups",
  "files",
  "messages",
  "notifications",
  "receipts",
  "rooms",
  "search",
  "topics",
].map((noun) => `server/src/store/${noun}.ts`);

/**
 * Who may import whom: the table of ARCHITECTURE.md, enforced. A row names a folder or file and what it may import of
 * ours; `types` lists what it may import with `import type` only. The first row that fits a file holds.
 */
const rows = [
  // Only schema files may use the schema library, and only the server loads them: the client takes their types.
  row("protocol/src/{commands.ts,http,text.ts}", { own: ["protocol/src"], packages: ["zod"] }),
  row("protocol/src/*.test.ts", { own: ["protocol/src"], packages: ["bun:test", "fast-check", "zod", "node:"] }),
  row("protocol/src", { own: ["protocol/src"] }),

  row("server/src/platform/image-child.ts", {
    own: ["server/src/platform"],
    types: ["server/src/app.ts"],
    packages: ["sharp"],
  }),
  row("server/src/platform", {
    own: ["server/src/platform", "server/src/start-error.ts"],
    protocol: true,
    types: ["server/src/app.ts"],
    packages: ["node:", "bun:", "nodemailer", "pg", "web-push"],
  }),
  row("server/src/store/{contract,sqlite/*.test.ts,postgres/*.test.ts,*.test.ts}", {
    own: ["server/src/store", "server/src/platform", "server/src/start-error.ts"],
    protocol: true,
    packages: ["node:", "bun:test", "fast-check"],
  }),
  row("server/src/store", {
    own: ["server/src/store", "server/src/platform", "server/src/start-error.ts"],
    protocol: true,
    packages: ["node:"],
  }),
  row("server/src/blobs/{contract.ts,*.test.ts}", {
    own: ["server/src/blobs"],
    protocol: true,
    types: ["server/src/app.ts"],
    packages: ["node:", "bun:test"],
  }),
  row("server/src/blobs", {
    own: ["server/src/blobs"],
    protocol: true,
    types: ["server/src/app.ts"],
    packages: ["node:", "aws4fetch"],
  }),
  row("server/src/backup", {
    own: [
      "server/src/backup",
      "server/src/store",
      "server/src/blobs/folder.ts",
      "server/src/platform",
      "server/src/start-error.ts",
    ],
    protocol: true,
    types: ["server/src/app.ts"],
    packages: ["node:", "zod", "bun:test"],
  }),
  row("server/src/fanout", {
    own: ["server/src/fanout"],
    protocol: true,
    types: [...storeContract, "server/src/app.ts"],
    packages: ["node:crypto", "bun:test", "fast-check", "@redis/client"],
  }),
  row("server/src/domain", {
    own: ["server/src/domain"],
    protocol: true,
    types: ["server/src/app.ts", ...storeContract],
    packages: ["node:crypto", "@zxcvbn-ts/language-common", "bun:test", "fast-check"],
  }),
  row("server/src/jobs", {
    own: ["server/src/jobs", "server/src/domain"],
    protocol: true,
    types: ["server/src/app.ts", ...storeContract],
  }),
  row("server/src/transport", {
    own: ["server/src/transport", "server/src/domain", "server/src/fanout/hub.ts", "server/src/fanout/resume.ts"],
    protocol: true,
    types: [
      "server/src/app.ts",
      ...storeContract,
      "server/src/fanout/connection.ts",
      "server/src/fanout/missed.ts",
      "server/src/platform/serve.ts",
    ],
    packages: ["hono", "@hono/zod-openapi", "zod", "node:", "bun:test"],
  }),
  row("server/src/app.ts", { own: [], protocol: true, types: [...storeContract] }),
  row("server/src", { own: ["server/src"], protocol: true, packages: ["node:", "bun:test"] }),
  row("server/test", {
    own: ["server/src", "server/test", "torture/src/proxy.ts"],
    protocol: true,
    packages: ["node:", "bun:test", "fast-check", "hono", "sharp", "@redis/client"],
  }),

  row("sdk/src/outbox-file.ts", { own: ["sdk/src"], protocol: true, packages: ["node:fs/promises", "node:path"] }),
  row("sdk/src", { own: ["sdk/src"], protocol: true }),
  row("sdk/test/real-server.test.ts", {
    own: ["sdk/src", "server/test/harness.ts", "server/test/view.ts"],
    protocol: true,
    packages: ["bun:test"],
  }),
  row("sdk/test", { own: ["sdk/src", "sdk/test"], protocol: true, packages: ["bun:test", "node:"] }),

  row("client/src/state", {
    own: ["client/src/state"],
    protocol: true,
    packages: ["solid-js", "@parley/sdk"],
  }),
  row("client/src/ui/{*.test.ts,router/*.test.ts}", { own: ["client/src/ui"], packages: ["bun:test"] }),
  row("client/src/service-worker", { own: [] }),
  row("client/src/ui", { own: ["client/src/ui"], packages: ["solid-js"] }),
  row("client/src/features/{*.test.ts,*/*.test.ts,*/*.test.tsx}", {
    own: ["client/src/features"],
    protocol: true,
    packages: ["bun:test"],
  }),
  row("client/src/features/*", {
    own: [
      "client/src/features/<same>",
      "client/src/features/words.ts",
      "client/src/features/account-fields.ts",
      "client/src/state",
      "client/src/ui",
    ],
    protocol: true,
    packages: ["solid-js", "@parley/sdk/places"],
  }),
  row("client/src", { own: ["client/src"], protocol: true, packages: ["solid-js"] }),
  row("client/test", {
    own: ["client/src/state", "client/src/ui/emoji", "client/test", "sdk/test/harness"],
    protocol: true,
    packages: ["bun:test", "@parley/sdk", "fast-check", "solid-js", "node:"],
  }),
  row("client/vite.config.ts", { own: ["client"], packages: ["vite", "vite-plugin-solid", "node:"] }),

  row("e2e/screenshots.ts", { own: ["e2e"], packages: ["@playwright/test", "sharp", "node:"] }),
  // The mail server that letters are read from is the world's, not the product's, and so are free ports.
  row("e2e", {
    own: ["e2e", "server/test/smtp-service.ts", "server/test/free-port.ts"],
    packages: ["@playwright/test", "axe-core", "node:"],
  }),
  row("bench", {
    own: ["bench", "server/src/store/postgres/test-cluster.ts", "server/src/store/sqlite/sqlite-store.ts"],
    protocol: true,
    types: storeContract,
    packages: ["node:", "bun", "bun:sqlite"],
  }),
  row("torture/src/disk", {
    own: ["torture/src", "server/test/harness.ts", "server/test/program.ts", "server/test/tracing.ts"],
    protocol: true,
    packages: ["node:", "bun:test", "bun:sqlite"],
  }),
  row("torture/src/{*.test.ts,checker/*.test.ts}", {
    own: ["torture"],
    packages: ["node:", "bun:test"],
  }),
  // It judges what the server has stored past the server: it starts the program, and reads its database by itself.
  row("torture/src/server.ts", {
    own: ["torture/src", "server/test/program.ts", "server/test/free-port.ts"],
    packages: ["node:"],
  }),
  row("torture/src/dump.ts", { own: ["torture/src"], protocol: true, packages: ["node:", "bun:sqlite"] }),
  row("torture", { own: ["torture"], protocol: true, packages: ["node:", "@parley/sdk"] }),
];

/** Schema files that pull in the schema library: outside the server only their types may be imported. */
const serverOnly = /^@parley\/protocol\/(commands|http\/.+|text)$/;

const statement =
  /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?["']([^"']+)["'];?|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

/** Answers one line for each import that the table does not allow. */
export function checkBoundaries() {
  const files = ["protocol", "sdk", "server", "client", "e2e", "bench", "torture"]
    .flatMap((folder) => listFiles(join(root, folder)))
    .map((path) => relative(root, path))
    .filter((path) => /\.tsx?$/.test(path));
  return files.flatMap((file) => {
    const found = rows.find(({ fits }) => fits.test(file));
    if (!found) return [`${file}: no row of scripts/boundaries.mjs fits this file`];
    return [...readFileSync(join(root, file), "utf8").matchAll(statement)].flatMap(([, typeOnly, name, dynamic]) => {
      const target = name ?? dynamic;
      return isAllowed(found, file, target, typeOnly !== undefined) ? [] : [`${file}: may not import ${target}`];
    });
  });
}

function isAllowed({ rule, fits }, file, target, typeOnly) {
  if (target.startsWith("@parley/protocol/")) {
    const fromBrowser = /^(client|sdk)\/src/.test(file);
    return (rule.protocol === true && (typeOnly || !fromBrowser || !serverOnly.test(target))) === true;
  }
  if (target.startsWith(".")) {
    const path = relative(root, join(root, dirname(file), target));
    const same = fits.exec(file)?.[0] ?? "";
    const allowed = [...rule.own, ...(typeOnly ? (rule.types ?? []) : [])].map((each) =>
      each.endsWith("/<same>") ? same : each,
    );
    return allowed.some((each) => path === each || path.startsWith(`${each}/`));
  }
  return (rule.packages ?? []).some(
    (each) => target === each || target.startsWith(each.endsWith(":") ? each : `${each}/`),
  );
}

/** A row for the files that `pattern` fits: `*` is one name, `{a,b}` a choice; a folder holds all that is below it. */
function row(pattern, rule) {
  const source = pattern
    .replace(/[.]/g, "\\.")
    .replace(/\*/g, "[^/]+")
    .replace(/\{([^}]+)\}/g, (_, choices) => `(?:${choices.replaceAll(",", "|")})`);
  return { rule, fits: new RegExp(`^${source}(?=/|$)`) };
}
