import { join } from "node:path";
import { bunPath, ensurePackages, replaceBy, root } from "./tools.mjs";

/** `npm run restore -- FILE`: makes a backup the workspace of the data folder, while the server is stopped. */
try {
  ensurePackages();
  replaceBy(bunPath(), [join(root, "server/src/restore-backup.ts"), ...process.argv.slice(2)]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
