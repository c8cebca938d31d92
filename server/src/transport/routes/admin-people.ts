import { createRoute } from "@hono/zod-openapi";
import { userSchema } from "@parley/protocol/http/accounts";
import {
  adminQuery,
  createdUserSchema,
  createUserBody,
  roleBody,
  userIdParams,
  userRecordsSchema,
} from "@parley/protocol/http/admin";
import { resetLinkSchema } from "@parley/protocol/http/passwords";
import type { Context } from "hono";
import {
  createResetLink,
  createUser,
  deactivate,
  listUsers,
  reactivate,
  setRole,
  signOutEverywhere,
} from "../../domain/administration.ts";
import { originOf } from "../auth.ts";
import { answers, body, type Env, type Http, type RouteOptions, silent } from "../route.ts";
import { forAdmins, named, toPage } from "./admin-area.ts";

export function adminPeopleRoutes(http: Http, options: RouteOptions): void {
  const { app, limits } = options;
  const originOfRequest = (context: Context<Env>) => originOf(context.req.raw, app.settings.publicUrl);

  http.openapi(
    createRoute({
      ...forAdmins(options),
      method: "get",
      path: "/api/admin/users",
      summary: "Everybody, as those who look after the workspace see them",
      request: { query: adminQuery },
      responses: answers(200, "By user name.", userRecordsSchema),
    }),
    async (context) => {
      const page = await listUsers(app, context.var.actor, toPage(context.req.valid("query")));
      return context.json(named("users", page), 200);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options, "create-user"),
      method: "post",
      path: "/api/admin/users",
      summary: "Open an account for someone",
      request: { body: body(createUserBody, { username: "yuki", displayName: "Yuki Tanaka", role: "member" }) },
      responses: answers(201, "The user, and a link to choose a password.", createdUserSchema),
    }),
    async (context) => {
      const input = context.req.valid("json");
      if (app.mail && input.email) await limits.attempt("letter", input.email);
      return context.json(await createUser(app, context.var.actor, originOfRequest(context), input), 201);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options, "edit"),
      method: "patch",
      path: "/api/admin/users/{user}",
      summary: "Give a user another role",
      request: { params: userIdParams, body: body(roleBody, { role: "admin" }) },
      responses: answers(200, "The changed user.", userSchema),
    }),
    async (context) => {
      const { user } = context.req.valid("param");
      return context.json(await setRole(app, context.var.actor, user, context.req.valid("json").role), 200);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options, "edit"),
      method: "put",
      path: "/api/admin/users/{user}/deactivation",
      summary: "Keep a user out",
      request: { params: userIdParams },
      responses: answers(200, "Deactivated: every session, socket and reset link of theirs is ended.", userSchema),
    }),
    async (context) => context.json(await deactivate(app, context.var.actor, context.req.valid("param").user), 200),
  );

  http.openapi(
    createRoute({
      ...forAdmins(options, "edit"),
      method: "delete",
      path: "/api/admin/users/{user}/deactivation",
      summary: "Let a user in again",
      request: { params: userIdParams },
      responses: answers(200, "May sign in again.", userSchema),
    }),
    async (context) => context.json(await reactivate(app, context.var.actor, context.req.valid("param").user), 200),
  );

  http.openapi(
    createRoute({
      ...forAdmins(options, "edit"),
      method: "post",
      path: "/api/admin/users/{user}/reset-link",
      summary: "Make a link that resets a user's password",
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
      ...forAdmins(options, "edit"),
      method: "delete",
      path: "/api/admin/users/{user}/sessions",
      summary: "Sign a user out everywhere",
      request: { params: userIdParams },
      responses: silent("Every session of theirs is ended, with its sockets."),
    }),
    async (context) => {
      await signOutEverywhere(app, context.var.actor, context.req.valid("param").user);
      return context.body(null, 204);
    },
  );
}
