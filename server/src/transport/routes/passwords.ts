import { createRoute } from "@hono/zod-openapi";
import { userSchema } from "@parley/protocol/http/accounts";
import { linkExample } from "@parley/protocol/http/fields";
import {
  passwordBody,
  resetBody,
  resetPreviewBody,
  resetPreviewSchema,
  resetRequestBody,
} from "@parley/protocol/http/passwords";
import { changePassword, getResetPreview, requestReset, resetPassword } from "../../domain/passwords.ts";
import { deviceCookie } from "../auth.ts";
import {
  answers,
  anyone,
  body,
  forLinkHolders,
  type Http,
  origin,
  problem,
  type RouteOptions,
  security,
  silent,
  toSignedIn,
  withPassword,
} from "../route.ts";

const tags = ["accounts"];

export function passwordRoutes(http: Http, options: RouteOptions): void {
  const { app, limits } = options;

  http.openapi(
    createRoute({
      method: "put",
      path: "/api/me/password",
      tags,
      summary: "Change my password",
      security,
      middleware: withPassword(options),
      request: { body: body(passwordBody, { current: "boats and linseed oil", new: "salt and rope" }) },
      responses: silent("It is changed, and every other session of mine is ended with its sockets."),
    }),
    async (context) => {
      const { device } = await changePassword(app, context.var.actor, context.req.valid("json"));
      context.header("set-cookie", deviceCookie(device, context.env.secure));
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/auth/reset-requests",
      tags,
      summary: "Ask for a reset link by mail",
      middleware: [anyone(options, "reset-request")] as const,
      request: { body: body(resetRequestBody, { login: "ada" }) },
      responses: {
        202: { description: "If there is such a user with an address, a mail is under way." },
        default: problem,
      },
    }),
    async (context) => {
      const { login } = context.req.valid("json");
      await limits.attempt("reset-request-login", login);
      requestReset(app, { login, address: context.env.address });
      return context.body(null, 202);
    },
  );

  http.openapi(
    createRoute({
      ...forLinkHolders(options),
      method: "post",
      path: "/api/auth/resets/preview",
      summary: "Whose password a link resets",
      request: { body: body(resetPreviewBody, { token: linkExample }) },
      responses: answers(200, "Looking uses nothing up.", resetPreviewSchema),
    }),
    async (context) => context.json(await getResetPreview(app, context.req.valid("json").token), 200),
  );

  http.openapi(
    createRoute({
      ...forLinkHolders(options),
      method: "post",
      path: "/api/auth/resets",
      summary: "Choose a new password with a link, once",
      request: { body: body(resetBody, { token: linkExample, password: "salt and rope" }) },
      responses: answers(200, "The user, signed in here and nowhere else.", userSchema),
    }),
    async (context) =>
      context.json(toSignedIn(context, await resetPassword(app, origin(context), context.req.valid("json"))), 200),
  );
}
