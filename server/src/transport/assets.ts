import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";

/** The built client, held in memory: the page for every path that is a screen, and its hashed files for ever. */
export interface Assets {
  /**
   * A file of the client, or the page. Whoever navigates to where nothing is gets the page too, which says so, with 404.
   * Null for everyone else who asks for what is not there, and for all of `/api`.
   */
  respond(request: Request, path: string): Response | null;
}

interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly immutable: boolean;
  zipped: Uint8Array<ArrayBuffer> | null;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
const compressible = /^(text|image\/svg|application\/(json|manifest))/;
/** Named, and not with the weight zero that refuses it. */
const acceptsGzip = /(?:^|,)\s*gzip\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:$|,)))/i;

/** Paths that the client's router answers; everything else that is not a file does not exist. */
const screens =
  /^\/(?:$|sign-in\/?$|sign-up\/?$|browse\/?$|unread\/?$|people\/?$|reset\/?$|verify\/?$|forgot\/?$|admin(?:\/[a-z]+)?\/?$|search\/?$|rooms(?:\/|$)|invite\/[^/]+\/?$)/;

/** Reads the built client. Without one, the program still serves its interfaces. */
export function readAssets(folder: string): Assets {
  const files = new Map<string, Asset>();
  for (const path of listFiles(folder)) {
    const name = `/${relative(folder, path).split(sep).join("/")}`;
    files.set(name, {
      bytes: Uint8Array.from(readFileSync(path)),
      type: types[extname(path)] ?? "application/octet-stream",
      immutable: name.startsWith("/assets/"),
      zipped: null,
    });
  }
  const page = files.get("/index.html");
  return {
    respond(request, path) {
      const file = path === "/index.html" ? undefined : files.get(path);
      if (file) return toResponse(request, file);
      if (!page) return null;
      if (screens.test(path)) return toResponse(request, page);
      return navigates(request, path) ? toResponse(request, page, 404) : null;
    },
  };
}

/** What has an ending is asked for as a file, by a name that was once right or a guess. */
function navigates(request: Request, path: string): boolean {
  const hasEnding = path.includes(".", path.lastIndexOf("/"));
  return !/^\/api(?:\/|$)/.test(path) && !hasEnding && (request.headers.get("accept") ?? "").includes("text/html");
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function toResponse(request: Request, asset: Asset, status = 200): Response {
  const headers = new Headers({ "content-type": asset.type, vary: "accept-encoding" });
  if (asset.immutable) headers.set("cache-control", "public, max-age=31536000, immutable");
  let bytes = asset.bytes;
  if (compressible.test(asset.type) && acceptsGzip.test(request.headers.get("accept-encoding") ?? "")) {
    asset.zipped ??= Uint8Array.from(gzipSync(asset.bytes, { level: 9 }));
    bytes = asset.zipped;
    headers.set("content-encoding", "gzip");
  }
  headers.set("content-length", String(bytes.length));
  return new Response(request.method === "HEAD" ? null : bytes, { status, headers });
}
