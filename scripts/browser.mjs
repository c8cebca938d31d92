import { existsSync } from "node:fs";
import { ensureDebianPackages } from "./tools.mjs";

/** The browser of the end-to-end tests: Debian's Chromium, with the fonts that the screenshots are taken with. */
const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const fonts = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";

const find = () => process.env.PARLEY_E2E_BROWSER ?? candidates.find((path) => existsSync(path));

export function ensureBrowser() {
  const packages = ["chromium", "fonts-inter", "fonts-noto-color-emoji", "fonts-noto-cjk"];
  ensureDebianPackages(packages, () => find() !== undefined && (existsSync(fonts) || process.env.CI === undefined));
}

/** What the end-to-end tests are told about it. */
export function browserArguments() {
  return { PARLEY_E2E_BROWSER: find() ?? "" };
}
