import { createRoute } from "@hono/zod-openapi";
import { peopleQuery, peopleSchema } from "@parley/protocol/http/accounts";
import { listPeople } from "../../domain/people.ts";
import { answers, type Http, type RouteOptions, security, signedIn } from "../route.ts";

export function peopleRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/users",
      tags: ["people"],
      summary: "Everyone here, a page at a time",
      description: "With `q`, those of whose name each of its words begins a word, without regard to case and accents.",
      security,
      middleware: [signedIn(options, "people")] as const,
      request: { query: peopleQuery },
      responses: answers(200, "By name. `cursor` is null on the last page.", peopleSchema),
    }),
    async (context) => context.json(await listPeople(app, context.req.valid("query")), 200),
  );
}
