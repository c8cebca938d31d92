import { createRoute } from "@hono/zod-openapi";
import { ParleyError } from "@parley/protocol/errors";
import { searchQuery, searchSchema } from "@parley/protocol/http/messages";
import { searchMessages } from "../../domain/search.ts";
import { answers, type Http, type RouteOptions, security, signedIn } from "../route.ts";

export function searchRoutes(http: Http, options: RouteOptions): void {
  http.openapi(
    createRoute({
      method: "get",
      path: "/api/search",
      tags: ["messages"],
      summary: "Search the rooms that I am in",
      security,
      middleware: [signedIn(options, "search")] as const,
      request: { query: searchQuery },
      responses: answers(
        200,
        "Newest first. A page may be short, or empty, and still have a cursor: then there is more to look through.",
        searchSchema,
      ),
    }),
    async (context) => {
      // How long a search takes tells something of what it found: no other site may ask.
      if (context.req.header("sec-fetch-site") === "cross-site") throw new ParleyError("cross_origin");
      return context.json(await searchMessages(options.app, context.var.actor, context.req.valid("query")), 200);
    },
  );
}
