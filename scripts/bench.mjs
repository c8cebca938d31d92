import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bunPath, ensurePackages, root, run } from "./tools.mjs";

/**
 * `npm run bench -- NAME …`: one or more scenarios of bench/, all without a name. `--save` keeps what they find in
 * bench/results, `--small` only tries whether they work.
 */
ensurePackages();
const folder = join(root, "bench/scenarios");
const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith("--"));
const names = words.filter((word) => !word.startsWith("--"));
const known = readdirSync(folder).map((file) => file.replace(/\.ts$/, ""));
const wrongOption = options.find((option) => !["--save", "--small"].includes(option));
const wrongName = names.find((name) => !existsSync(join(folder, `${name}.ts`)));
if (wrongOption) {
  console.error(`There is no option ${wrongOption}. There are: --save, --small.`);
  process.exit(1);
}
if (wrongName) {
  console.error(`There is no scenario ${wrongName}. There are: ${known.join(", ")}.`);
  process.exit(1);
}
for (const name of names.length > 0 ? names : known) run(bunPath(), [join(folder, `${name}.ts`), ...options]);
