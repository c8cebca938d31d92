import { browserArguments, ensureBrowser } from "./browser.mjs";
import { bin, ensureClient, ensurePackages, run } from "./tools.mjs";

/** `npm run screenshots`: takes the pictures in docs/screenshots anew, of the product as it is. */
ensurePackages();
ensureBrowser();
ensureClient();
run(bin("playwright"), ["test", "--config", "e2e/screenshots.config.ts", ...process.argv.slice(2)], {
  env: { ...process.env, ...browserArguments() },
});
