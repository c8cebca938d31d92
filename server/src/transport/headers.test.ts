import { describe, expect, test } from "bun:test";
import { secure } from "./headers.ts";

const headersOf = (https: boolean, before: Readonly<Record<string, string>> = {}) => {
  const headers = new Headers(before);
  secure(headers, https);
  return headers;
};

describe("the headers of every response", () => {
  test("[HT5] let no script or style run but our own files, and nobody frame us", () => {
    const policy = headersOf(false).get("content-security-policy") ?? "";
    const rules = new Map(policy.split("; ").map((rule) => [rule.split(" ")[0], rule]));
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      expect(rules.get(rule.split(" ")[0])).toBe(rule);
    }
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(rules.get("require-trusted-types-for")).toBe("require-trusted-types-for 'script'");
  });

  test("[HT5] forbid sniffing, framing and telling others where one was", () => {
    expect(Object.fromEntries(headersOf(false))).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  test("[HT5] keep what may hold data out of caches, and leave what says otherwise", () => {
    expect(headersOf(false).get("cache-control")).toBe("no-store");
    expect(headersOf(false, { "cache-control": "public, immutable" }).get("cache-control")).toBe("public, immutable");
  });

  test("[HT5] ask for HTTPS only where there is HTTPS", () => {
    expect(headersOf(true).get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
    expect(headersOf(false).get("strict-transport-security")).toBeNull();
  });
});
