import { checkBoundaries } from "./boundaries.mjs";
import { bin, ensurePackages, run } from "./tools.mjs";

/** `npm run check`: format and lint, the import boundaries of ARCHITECTURE.md, types. */
ensurePackages();
run(bin("biome"), ["check", "--error-on-warnings", "."]);
const wrong = checkBoundaries();
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exit(1);
for (const project of ["protocol", "sdk", "server", "client", "client/src/service-worker", "e2e", "bench", "torture"])
  run(bin("tsc"), ["-p", project]);
console.log("Format, lint, boundaries and types are fine.");
