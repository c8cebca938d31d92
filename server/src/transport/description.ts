import { errorCodes, statusOf, titleOf } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import { docsCss, renderDocs } from "./docs-page.ts";
import { buckets, type Limit } from "./limits.ts";
import type { Gate, Http } from "./route.ts";

/**
 * Serves the description that the routes themselves make, and a page that shows it. Beside what OpenAPI has it tells
 * every error code (`x-errors`), every rate limit (`x-limits`), and the one of each route (`x-limit`). Answers the paths.
 */
export function describeRoutes(http: Http, version: string): readonly RegExp[] {
  http.openAPIRegistry.registerComponent("securitySchemes", "cookie", {
    type: "apiKey",
    in: "cookie",
    name: "session",
  });
  http.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  const { paths = {}, ...rest } = http.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Parley", version, description: introduction },
  });
  const gates = limitsByRoute(http);
  const document = {
    ...rest,
    "x-errors": errorCodes.map((code) => ({ code, status: statusOf(code), meaning: titleOf(code) })),
    "x-limits": Object.entries(buckets).map(([name, bucket]) => ({ name, ...bucket })),
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, operations]) => [
        path,
        Object.fromEntries(
          Object.entries(operations as Readonly<Record<string, object>>).map(([method, operation]) => [
            method,
            { ...operation, "x-limit": gates.get(`${method} ${path}`) },
          ]),
        ),
      ]),
    ),
  };
  const page = renderDocs(document);
  http.get("/api/openapi.json", (context) => context.json(document));
  http.get("/api/docs", (context) => context.html(page));
  http.get("/api/docs.css", (context) => context.body(docsCss, 200, { "content-type": "text/css; charset=utf-8" }));
  return Object.keys(paths).map((path) => new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}/?$`));
}

const introduction = [
  "Everything a client may ask over HTTP.",
  "Errors are application/problem+json (RFC 9457) with a code from one closed list; what you may not see looks like what does not exist.",
  `A body has at most ${limits.bodyBytes / 1024} KiB, where it is not a file. maxLength counts Unicode code points.`,
  "Each route takes from one limit of its user, or of the address where no login is needed: so many at once (burst), then one every so many milliseconds (everyMs). Beyond that it answers rate_limited, with Retry-After and retryAfterMs.",
].join(" ");

/** The limit of each route's gate, by its method and path as the description writes them. */
function limitsByRoute(http: Http): ReadonlyMap<string, Limit> {
  return new Map(
    http.routes.flatMap(({ method, path, handler }) => {
      const { limit } = handler as Partial<Gate>;
      const described = path.replace(/:(\w+)/g, "{$1}");
      return limit === undefined ? [] : [[`${method.toLowerCase()} ${described}`, limit] as const];
    }),
  );
}
