import { join } from "node:path";
import { bunPath, ensurePackages, replaceBy, root } from "./tools.mjs";

/** `npm run backup -- FILE`: makes a backup of the workspace, whether or not the server runs. */
try {
  ensurePackages();
  replaceBy(bunPath(), [join(root, "server/src/make-backup.ts"), ...process.argv.slice(2)]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
