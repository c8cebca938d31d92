import { join } from "node:path";
import { bunPath, ensurePackages, replaceBy, root } from "./tools.mjs";

/** `npm run admin -- …`: looks after the workspace in the data folder while the server is stopped. */
try {
  ensurePackages();
  replaceBy(bunPath(), [join(root, "server/src/admin.ts"), ...process.argv.slice(2)]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
