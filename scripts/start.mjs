import { join } from "node:path";
import { bunPath, ensureClient, ensurePackages, replaceBy, root } from "./tools.mjs";

/** `npm start`: installs what is missing, builds the client when it is stale, and runs the server in front. */
try {
  ensurePackages();
  ensureClient();
  replaceBy(bunPath(), [join(root, "server/src/main.ts")]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
