import { createRoute } from "@hono/zod-openapi";
import {
  meBody,
  sessionParams,
  sessionsSchema,
  signInBody,
  signUpBody,
  userParams,
  userSchema,
} from "@parley/protocol/http/accounts";
import { isKnownDevice } from "../../domain/devices.ts";
import { listSessions, revokeSession, signIn, signOut, toOwnUser } from "../../domain/sessions.ts";
import { editMe, getUser, signUp } from "../../domain/users.ts";
import { endedCookie, readDevice, signInPath } from "../auth.ts";
import {
  answers,
  anyone,
  body,
  type Http,
  origin,
  type RouteOptions,
  security,
  signedIn,
  silent,
  toSignedIn,
} from "../route.ts";

const tags = ["accounts"];

export function accountRoutes(http: Http, options: RouteOptions): void {
  const { app, limits } = options;

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/auth/sign-up",
      tags,
      summary: "Open an account and sign in",
      middleware: [anyone(options, "sign-up")] as const,
      request: {
        body: body(signUpBody, { username: "ada", password: "boats and linseed oil", displayName: "Ada Lindqvist" }),
      },
      responses: answers(201, "The new user, with a session cookie.", userSchema),
    }),
    async (context) => {
      const input = context.req.valid("json");
      if (app.mail && input.email) await limits.attempt("letter", input.email);
      return context.json(toSignedIn(context, await signUp(app, origin(context), input)), 201);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: signInPath,
      tags,
      summary: "Sign in by user name or e-mail address",
      description:
        "Attempts are limited per address and per login. A browser in which the user has signed in before is known by a cookie, and has attempts of its own.",
      middleware: [anyone(options, "sign-in")] as const,
      request: { body: body(signInBody, { login: "ada", password: "boats and linseed oil" }) },
      responses: answers(200, "The user, with a session cookie.", userSchema),
    }),
    async (context) => {
      const input = context.req.valid("json");
      const device = readDevice(context.req.raw, context.env.secure);
      if (device !== null && (await isKnownDevice(app, input.login, device))) {
        await limits.attempt("sign-in-device", device);
      } else {
        await limits.attempt("sign-in-login", input.login);
      }
      return context.json(toSignedIn(context, await signIn(app, origin(context), input)), 200);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/auth/sign-out",
      tags,
      summary: "End this session",
      security,
      middleware: [signedIn(options)] as const,
      responses: silent("The session and its sockets are ended."),
    }),
    async (context) => {
      await signOut(app, context.var.actor);
      context.header("set-cookie", endedCookie(context.env.secure));
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/me",
      tags,
      summary: "Who I am",
      security,
      middleware: [signedIn(options)] as const,
      responses: answers(200, "The signed-in user.", userSchema),
    }),
    (context) => context.json(toOwnUser(context.var.actor.user), 200),
  );

  http.openapi(
    createRoute({
      method: "patch",
      path: "/api/me",
      tags,
      summary: "Change my name or status",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { body: body(meBody, { displayName: "Ada Lindqvist", status: "In the boat shed" }) },
      responses: answers(200, "The changed user.", userSchema),
    }),
    async (context) => context.json(await editMe(app, context.var.actor, context.req.valid("json")), 200),
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/users/{user}",
      tags,
      summary: "Someone, by id or user name",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: userParams },
      responses: answers(200, "The user, without their e-mail address.", userSchema),
    }),
    async (context) => context.json(await getUser(app, context.req.valid("param").user), 200),
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/sessions",
      tags,
      summary: "My open sessions",
      security,
      middleware: [signedIn(options)] as const,
      responses: answers(200, "Latest seen first.", sessionsSchema),
    }),
    async (context) => context.json({ sessions: await listSessions(app, context.var.actor) }, 200),
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/sessions/{id}",
      tags,
      summary: "End one of my sessions",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: sessionParams },
      responses: silent("The session and its sockets are ended."),
    }),
    async (context) => {
      await revokeSession(app, context.var.actor, context.req.valid("param").id);
      return context.body(null, 204);
    },
  );
}
