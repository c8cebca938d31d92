import { join } from "node:path";
import { bunPath, ensurePackages, replaceBy, root } from "./tools.mjs";

/** `npm run dev`: the server and the client, both reloading. Open the address that Vite prints. */
ensurePackages();
replaceBy(bunPath(), ["--watch", "--no-clear-screen", join(root, "server/src/main.ts")], {
  cwd: root,
  // Bun's watcher outlives a program that ends on a signal; a killed server loses nothing.
  endSignal: "SIGKILL",
});
replaceBy(process.execPath, [join(root, "node_modules/vite/bin/vite.js")], { cwd: join(root, "client") });
