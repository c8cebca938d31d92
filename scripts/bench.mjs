import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bunPath, ensurePackages, root, run } from "./tools.mjs";

/** `npm run bench -- NAME …`: one or more scenarios of bench/, all without a name. */
ensurePackages();
const folder = join(root, "bench/scenarios");
const names = process.argv.slice(2);
const known = readdirSync(folder).map((file) => file.replace(/\.ts$/, ""));
const wrong = names.find((name) => !existsSync(join(folder, `${name}.ts`)));
if (wrong) {
  console.error(`There is no scenario ${wrong}. There are: ${known.join(", ")}.`);
  process.exit(1);
}
for (const name of names.length > 0 ? names : known) run(bunPath(), [join(folder, `${name}.ts`)]);
