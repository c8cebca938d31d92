import { createRoute } from "@hono/zod-openapi";
import {
  auditQuery,
  auditSchema,
  overviewSchema,
  storageQuery,
  storageRecordsSchema,
} from "@parley/protocol/http/admin";
import { limits as bounds } from "@parley/protocol/limits";
import { getOverview, listStorage } from "../../domain/administration.ts";
import { listAudit } from "../../domain/audit.ts";
import { answers, type Http, type RouteOptions } from "../route.ts";
import { forAdmins, named, toPage } from "./admin-area.ts";
import { adminPeopleRoutes } from "./admin-people.ts";
import { adminRoomRoutes } from "./admin-rooms.ts";

/** The admin area: people, rooms, and the workspace as a whole. */
export function adminRoutes(http: Http, options: RouteOptions & { readonly version: string }): void {
  const { app, version } = options;
  const startedAt = new Date(app.clock.now()).toISOString();
  adminPeopleRoutes(http, options);
  adminRoomRoutes(http, options);

  http.openapi(
    createRoute({
      ...forAdmins(options, "overview"),
      method: "get",
      path: "/api/admin/overview",
      summary: "The workspace at a glance",
      responses: answers(200, "Counts and sizes.", overviewSchema),
    }),
    async (context) => context.json({ ...(await getOverview(app, context.var.actor)), version, startedAt }, 200),
  );

  http.openapi(
    createRoute({
      ...forAdmins(options),
      method: "get",
      path: "/api/admin/storage",
      summary: "Whose files take the most",
      request: { query: storageQuery },
      responses: answers(200, "Those who have files, most bytes first.", storageRecordsSchema),
    }),
    async (context) => {
      const page = await listStorage(app, context.var.actor, toPage(context.req.valid("query")));
      return context.json(named("users", page), 200);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options),
      method: "get",
      path: "/api/admin/audit",
      summary: "What was done to the workspace and to accounts",
      request: { query: auditQuery },
      responses: answers(200, "Newest first.", auditSchema),
    }),
    async (context) => {
      const { act = null, user = null, before = null, limit = bounds.pageDefault } = context.req.valid("query");
      return context.json(await listAudit(app, context.var.actor, { act, user, before, limit }), 200);
    },
  );
}
