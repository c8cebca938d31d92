import { join } from "node:path";
import { bunPath, ensurePackages, root, run } from "./tools.mjs";

/** `npm run torture -- …`: scenarios of torture/, which says what it can do with `--help`. */
ensurePackages();
try {
  run(bunPath(), [join(root, "torture/src/main.ts"), ...process.argv.slice(2)]);
} catch {
  // What was wrong is on the screen.
  process.exitCode = 1;
}
