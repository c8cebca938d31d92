import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAssets } from "./assets.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-assets-"));
const secret = join(folder, "secret.txt");
const dist = join(folder, "dist");
const script = `console.log("${"parley ".repeat(500)}");`;
const picture = Uint8Array.from({ length: 300 }, (_, index) => index % 256);

mkdirSync(join(dist, "assets/deep"), { recursive: true });
writeFileSync(secret, "secret");
writeFileSync(join(dist, "index.html"), "<!doctype html><title>Parley</title>");
writeFileSync(join(dist, "icon.png"), picture);
writeFileSync(join(dist, "manifest.webmanifest"), "{}");
writeFileSync(join(dist, "unknown.xyz"), "?");
writeFileSync(join(dist, ".env"), "secret");
writeFileSync(join(dist, "assets/index-abc123.js"), script);
writeFileSync(join(dist, "assets/deep/style.css"), "body{}");
symlinkSync(secret, join(dist, "link.txt"));
const assets = readAssets(dist);
// Everything was read at the start: what lies in the folder later is not served.
writeFileSync(join(dist, "later.txt"), "later");

afterAll(() => rmSync(folder, { recursive: true }));

const get = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
  assets.respond(new Request("http://localhost/", { method, headers }), path);

describe("files", () => {
  test.each([
    ["/assets/index-abc123.js", "text/javascript; charset=utf-8", script],
    ["/assets/deep/style.css", "text/css; charset=utf-8", "body{}"],
    ["/manifest.webmanifest", "application/manifest+json", "{}"],
    ["/unknown.xyz", "application/octet-stream", "?"],
  ])("%s is served as %s", async (path, type, text) => {
    const response = get(path);
    expect(response?.status).toBe(200);
    expect(response?.headers.get("content-type")).toBe(type);
    expect(response?.headers.get("content-length")).toBe(String(text.length));
    expect(await response?.text()).toBe(text);
  });

  test("with bytes of every value come as they are", async () => {
    expect(new Uint8Array((await get("/icon.png")?.arrayBuffer()) ?? [])).toEqual(picture);
  });

  test("named by their content may be kept for ever, the others are not said to", () => {
    const immutable = "public, max-age=31536000, immutable";
    expect(get("/assets/index-abc123.js")?.headers.get("cache-control")).toBe(immutable);
    expect(get("/assets/deep/style.css")?.headers.get("cache-control")).toBe(immutable);
    for (const path of ["/", "/rooms/general", "/icon.png", "/manifest.webmanifest"]) {
      expect(get(path)?.headers.get("cache-control")).toBeNull();
    }
  });

  test("that do not exist are no answer: an asset's address never shows the page", () => {
    for (const path of [
      "/assets/index-old.js",
      "/assets/",
      "/assets",
      "/icon.svg",
      "/later.txt",
      "/index.htm",
      "",
      "//",
    ]) {
      expect([path, get(path)]).toEqual([path, null]);
    }
  });
});

describe("nothing outside the folder is reached", () => {
  test.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/..\\secret.txt",
    "//secret.txt",
    "/./icon.png",
    "/assets/../icon.png",
    "/icon.png\0.txt",
    "/icon.png/",
    "/.env",
    "/link.txt",
    "/constructor",
    "/__proto__",
    secret,
    `file://${secret}`,
  ])("by %s", (path) => {
    expect(get(path)).toBeNull();
  });
});

describe("screens", () => {
  test("show the page", async () => {
    for (const path of [
      "/",
      "/sign-in",
      "/sign-up/",
      "/browse",
      "/search",
      "/rooms",
      "/rooms/",
      "/rooms/general",
      "/rooms/a/b",
      "/invite/abc",
      "/reset",
      "/verify",
      "/people",
      "/unread",
      "/forgot",
      "/admin",
      "/admin/audit",
    ]) {
      const response = get(path);
      expect([path, response?.headers.get("content-type")]).toEqual([path, "text/html; charset=utf-8"]);
      expect(await response?.text()).toContain("Parley");
    }
  });

  test("are only those that the client has", () => {
    for (const path of [
      "/index.html",
      "/roomsy",
      "/sign-in/x",
      "/invite",
      "/invite/",
      "/invite/a/b",
      "/admin/users/x",
      "/peoples",
      "/unread/x",
      "/api",
      "/x/rooms",
    ]) {
      expect([path, get(path)]).toEqual([path, null]);
    }
  });
});

test("who navigates to where nothing is gets the page, as not found", async () => {
  const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
  for (const path of ["/settings", "/roomsy", "/invite/", "/admin/users/x"]) {
    const response = get(path, html);
    expect([path, response?.status]).toEqual([path, 404]);
    expect(await response?.text()).toContain("Parley");
  }
  for (const path of ["/api", "/api/rooms/x", "/old.js", "/../etc/passwd.txt"]) {
    expect([path, get(path, html)]).toEqual([path, null]);
  }
  expect(get("/settings", { accept: "*/*" })).toBeNull();
  expect(get("/", html)?.status).toBe(200);
});

describe("compression", () => {
  const encoding = (path: string, accepted: string) =>
    get(path, { "accept-encoding": accepted })?.headers.get("content-encoding");

  test("shortens text for those who take it, to the same text", async () => {
    for (let twice = 0; twice < 2; twice++) {
      const response = get("/assets/index-abc123.js", { "accept-encoding": "gzip, deflate, br" });
      const bytes = new Uint8Array((await response?.arrayBuffer()) ?? []);
      expect(response?.headers.get("content-encoding")).toBe("gzip");
      expect(response?.headers.get("content-length")).toBe(String(bytes.length));
      expect(bytes.length).toBeLessThan(script.length / 5);
      expect(new TextDecoder().decode(Bun.gunzipSync(bytes))).toBe(script);
    }
  });

  test("is told to caches, whether it was done or not", () => {
    expect(get("/", { "accept-encoding": "gzip" })?.headers.get("vary")).toBe("accept-encoding");
    expect(get("/")?.headers.get("vary")).toBe("accept-encoding");
  });

  test("is done when gzip is named and not refused", () => {
    for (const accepted of ["gzip", "GZIP", "br, gzip", "br,gzip;q=0.5", "gzip; q=1.0, *;q=0", "gzip;q=0.001"]) {
      expect([accepted, encoding("/", accepted)]).toEqual([accepted, "gzip"]);
    }
    for (const accepted of [
      "",
      "br",
      "identity",
      "gzip;q=0",
      "gzip; q=0.000, br",
      "br;q=1, gzip;q=0",
      "gzippy",
      "not-gzip",
    ]) {
      expect([accepted, encoding("/", accepted)]).toEqual([accepted, null]);
    }
  });

  test("is not done twice: pictures come as they are", () => {
    expect(encoding("/icon.png", "gzip")).toBeNull();
    expect(encoding("/unknown.xyz", "gzip")).toBeNull();
  });
});

test("a path of 15,000 dots is looked at once, not once from each of them", () => {
  const started = performance.now();
  expect(get(`/${".".repeat(15_000)}/x`, { accept: "text/html" })?.status).toBe(404);
  expect(get(`/x/${".".repeat(15_000)}`, { accept: "text/html" })).toBeNull();
  expect(performance.now() - started).toBeLessThan(500);
});

test("HEAD has the headers of GET and no body", async () => {
  const head = get("/assets/index-abc123.js", {}, "HEAD");
  expect(await head?.text()).toBe("");
  expect([...(head?.headers ?? [])]).toEqual([...(get("/assets/index-abc123.js")?.headers ?? [])]);
});

test("without a built client there are no screens and no failure", () => {
  const none = readAssets(join(folder, "not-built"));
  expect(none.respond(new Request("http://localhost/"), "/")).toBeNull();
});
