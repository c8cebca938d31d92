import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config.ts";

/** `npm run screenshots`: the pictures in docs/screenshots. No test. */
const zone = 9 - new Date().getUTCHours();
const clock = zone < -11 ? zone + 24 : zone;

export default defineConfig({
  ...journeys,
  testMatch: "screenshots.ts",
  workers: 1,
  timeout: 180_000,
  reporter: "list",
  // It is between nine and ten in the morning.
  use: { ...journeys.use, actionTimeout: 10_000, timezoneId: `Etc/GMT${clock > 0 ? "-" : "+"}${Math.abs(clock)}` },
});
