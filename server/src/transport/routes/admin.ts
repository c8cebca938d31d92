import { createRoute } from "@hono/zod-openapi";
import { userSchema } from "@parley/protocol/http/accounts";
import {
  adminQuery,
  adminRoomParams,
  auditQuery,
  auditSchema,
  createdUserSchema,
  createUserBody,
  inviteListingsSchema,
  overviewSchema,
  roleBody,
  roomOwnerBody,
  roomRecordsSchema,
  storageQuery,
  storageRecordsSchema,
  userIdParams,
  userRecordsSchema,
} from "@parley/protocol/http/admin";
import { inviteParams } from "@parley/protocol/http/invites";
import { resetLinkSchema } from "@parley/protocol/http/passwords";
import { limits as bounds } from "@parley/protocol/limits";
import type { Context, MiddlewareHandler } from "hono";
import { requireAdminArea } from "../../domain/access.ts";
import {
  createResetLink,
  createUser,
  deactivate,
  deleteAnyRoom,
  getOverview,
  handOverRoom,
  listAllInvites,
  listAllRooms,
  listStorage,
  listUsers,
  reactivate,
  revokeAnyInvite,
  setRole,
  signOutEverywhere,
} from "../../domain/administration.ts";
import { listAudit } from "../../domain/audit.ts";
import { originOf } from "../auth.ts";
import { answers, body, type Env, type Http, type RouteOptions, security, signedIn, silent } from "../route.ts";

const tags = ["admin"];

/** Before a body or a parameter is looked at: what does not exist finds no fault with them. */
const looksAfterWorkspace: MiddlewareHandler<Env> = async (context, next) => {
  requireAdminArea(context.var.actor);
  await next();
};

/** For owners and admins. To everyone else none of it exists. */
export function adminRoutes(http: Http, options: RouteOptions & { readonly version: string }): void {
  const { app, version } = options;
  const startedAt = new Date(app.clock.now()).toISOString();
  const originOfRequest = (context: Context<Env>) => originOf(context.req.raw, app.settings.publicUrl);

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/admin/users",
      tags,
      summary: "Everybody, as those who look after the workspace see them",
      security,
      middleware: [signedIn(options), looksAfterWorkspace] as const,
      request: { query: adminQuery },
      responses: answers(200, "By user name.", userRecordsSchema),
    }),
    async (context) => {
      const { items, cursor } = await listUsers(app, context.var.actor, toPage(context.req.valid("query")));
      return context.json({ users: items, cursor }, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/admin/users",
      tags,
      summary: "Open an account for someone",
      security,
      middleware: [signedIn(options, "create-room"), looksAfterWorkspace] as const,
      request: { body: body(createUserBody) },
      responses: answers(201, "The user, and a link to choose a password.", createdUserSchema),
    }),
    async (context) =>
      context.json(await createUser(app, context.var.actor, originOfRequest(context), context.req.valid("json")), 201),
  );

  http.openapi(
    createRoute({
      method: "patch",
      path: "/api/admin/users/{user}",
      tags,
      summary: "Give a user another role",
      security,
      middleware: [signedIn(options, "edit"), looksAfterWorkspace] as const,
      request: { params: userIdParams, body: body(roleBody) },
      responses: answers(200, "The changed user.", userSchema),
    }),
    async (context) => {
      const { user } = context.req.valid("param");
      return context.json(await setRole(app, context.var.actor, user, context.req.valid("json").role), 200);
    },
  );

  http.openapi(
    createRoute({
      method: "put",
      path: "/api/admin/users/{user}/deactivation",
      tags,
      summary: "Keep a user out",
      security,
      middleware: [signedIn(options, "edit"), looksAfterWorkspace] as const,
      request: { params: userIdParams },
      responses: answers(200, "Deactivated: every session, socket and reset link of theirs is ended.", userSchema),
    }),
    async (context) => context.json(await deactivate(app, context.var.actor, context.req.valid("param").user), 200),
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/admin/users/{user}/deactivation",
      tags,
      summary: "Let a user in again",
      security,
      middleware: [signedIn(options, "edit"), looksAfterWorkspace] as const,
      request: { params: userIdParams },
      responses: answers(200, "May sign in again.", userSchema),
    }),
    async (context) => context.json(await reactivate(app, context.var.actor, context.req.valid("param").user), 200),
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/admin/users/{user}/reset-link",
      tags,
      summary: "Make a link that resets a user's password",
      security,
      middleware: [signedIn(options, "edit"), looksAfterWorkspace] as const,
      request: { params: userIdParams },
      responses: answers(201, "Works once, for a day; the one made before works no more.", resetLinkSchema),
    }),
    async (context) => {
      const { user } = context.req.valid("param");
      return context.json(await createResetLink(app, context.var.actor, originOfRequest(context), user), 201);
    },
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/admin/users/{user}/sessions",
      tags,
      summary: "Sign a user out everywhere",
      security,
      middleware: [signedIn(options, "edit"), looksAfterWorkspace] as const,
      request: { params: userIdParams },
      responses: silent("Every session of theirs is ended, with its sockets."),
    }),
    async (context) => {
      await signOutEverywhere(app, context.var.actor, context.req.valid("param").user);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/admin/rooms",
      tags,
      summary: "Every room, private ones too: names and numbers, never what is said",
      security,
      middleware: [signedIn(options), looksAfterWorkspace] as const,
      request: { query: adminQuery },
      responses: answers(200, "By address.", roomRecordsSchema),
    }),
    async (context) => {
      const { items, cursor } = await listAllRooms(app, context.var.actor, toPage(context.req.valid("query")));
      return context.json({ rooms: items, cursor }, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/admin/rooms/{room}",
      tags,
      summary: "Delete a room with everything in it",
      security,
      middleware: [signedIn(options, "edit"), looksAfterWorkspace] as const,
      request: { params: adminRoomParams },
      responses: silent("It is gone."),
    }),
    async (context) => {
      await deleteAnyRoom(app, context.var.actor, context.req.valid("param").room);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "put",
      path: "/api/admin/rooms/{room}/owner",
      tags,
      summary: "Give a room without owner to one of its members",
      security,
      middleware: [signedIn(options, "edit"), looksAfterWorkspace] as const,
      request: { params: adminRoomParams, body: body(roomOwnerBody) },
      responses: silent("It is theirs."),
    }),
    async (context) => {
      const { room } = context.req.valid("param");
      await handOverRoom(app, context.var.actor, room, context.req.valid("json").user);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/admin/invites",
      tags,
      summary: "Every usable invite",
      security,
      middleware: [signedIn(options), looksAfterWorkspace] as const,
      request: { query: adminQuery.omit({ q: true }) },
      responses: answers(200, "By code.", inviteListingsSchema),
    }),
    async (context) => {
      const { items, cursor } = await listAllInvites(app, context.var.actor, toPage(context.req.valid("query")));
      return context.json({ invites: items, cursor }, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/admin/invites/{code}",
      tags,
      summary: "Revoke an invite",
      security,
      middleware: [signedIn(options, "edit"), looksAfterWorkspace] as const,
      request: { params: inviteParams },
      responses: silent("It works no more."),
    }),
    async (context) => {
      await revokeAnyInvite(app, context.var.actor, context.req.valid("param").code);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/admin/overview",
      tags,
      summary: "The workspace at a glance",
      security,
      middleware: [signedIn(options, "overview"), looksAfterWorkspace] as const,
      responses: answers(200, "Counts and sizes.", overviewSchema),
    }),
    async (context) => context.json({ ...(await getOverview(app, context.var.actor)), version, startedAt }, 200),
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/admin/storage",
      tags,
      summary: "Whose files take the most",
      security,
      middleware: [signedIn(options), looksAfterWorkspace] as const,
      request: { query: storageQuery },
      responses: answers(200, "Those who have files, most bytes first.", storageRecordsSchema),
    }),
    async (context) => {
      const { items, cursor } = await listStorage(app, context.var.actor, toPage(context.req.valid("query")));
      return context.json({ users: items, cursor }, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/admin/audit",
      tags,
      summary: "What was done to the workspace and to accounts",
      security,
      middleware: [signedIn(options), looksAfterWorkspace] as const,
      request: { query: auditQuery },
      responses: answers(200, "Newest first.", auditSchema),
    }),
    async (context) => {
      const { act = null, user = null, before = null, limit = bounds.pageDefault } = context.req.valid("query");
      return context.json(await listAudit(app, context.var.actor, { act, user, before, limit }), 200);
    },
  );
}

function toPage(query: {
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}) {
  return { q: query.q ?? "", cursor: query.cursor ?? null, limit: query.limit ?? bounds.pageDefault };
}
