import { defineConfig } from "@playwright/test";

/** The browsers' zone is one where it is about noon now, so that no test runs into midnight. */
const hours = 12 - new Date().getUTCHours();

/**
 * Of this switch the last one counts, so Playwright's own come with it. The last two spare each window two renderers for
 * the suggestions below an address bar that nobody sees: two thirds of what opening one costs.
 */
const disabledFeatures = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
];

/** Journeys through the built product, in the machine's own Chromium. Each test starts a server of its own. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "../test-results/journeys",
  // What passes does not wait for them: they are for a machine that is at work on something else.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  workers: 2,
  fullyParallel: true,
  forbidOnly: process.env.CI !== undefined,
  retries: 0,
  reporter: [
    ["list"],
    ["json", { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? "../test-results/journeys.json" }],
  ],
  use: {
    browserName: "chromium",
    screenshot: "only-on-failure",
    locale: "en-GB",
    // The sign of these names is that of the way to Greenwich.
    timezoneId: `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}`,
    launchOptions: {
      executablePath: process.env.PARLEY_E2E_BROWSER || "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        `--disable-features=${disabledFeatures.join(",")}`,
      ],
    },
  },
});
