import { expect, test } from "bun:test";
import { describeBrowser } from "./browser-name.ts";

test("a session is named by its browser and system", () => {
  const chrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
  expect(describeBrowser(chrome)).toBe("Chrome on Linux");
  expect(describeBrowser(`${chrome} Edg/156.0.0.0`)).toBe("Edge on Linux");
  const iphone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1";
  expect(describeBrowser(iphone)).toBe("Safari on iOS");
  expect(describeBrowser("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0")).toBe(
    "Firefox on Windows",
  );
});

test("programs are shown as they call themselves", () => {
  expect(describeBrowser("curl/8.9")).toBe("curl/8.9");
  expect(describeBrowser("")).toBe("Unknown program");
});
