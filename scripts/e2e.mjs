import { browserArguments, ensureBrowser } from "./browser.mjs";
import { bin, ensureClient, ensurePackages, run } from "./tools.mjs";

/** `npm run e2e -- [name …]`: the journeys in a real browser, against the built product. */
ensurePackages();
ensureBrowser();
ensureClient();
run(bin("playwright"), ["test", "--config", "e2e/playwright.config.ts", ...process.argv.slice(2)], {
  env: { ...process.env, ...browserArguments() },
});
