import { createRoute } from "@hono/zod-openapi";
import { userSchema } from "@parley/protocol/http/accounts";
import { emailBody, verificationBody, verificationSchema } from "@parley/protocol/http/emails";
import { linkExample } from "@parley/protocol/http/fields";
import { changeEmail, getVerification, requestVerification, verifyEmail } from "../../domain/emails.ts";
import {
  answers,
  body,
  forLinkHolders,
  type Http,
  problem,
  type RouteOptions,
  security,
  signedIn,
  withPassword,
} from "../route.ts";

const tags = ["accounts"];

export function emailRoutes(http: Http, options: RouteOptions): void {
  const { app, limits } = options;
  /** Nobody fills another's mailbox, nor many mailboxes. */
  const takeLetter = async (userId: string, email: string) => {
    await limits.attempt("letter", userId);
    await limits.attempt("letter", email);
  };

  http.openapi(
    createRoute({
      method: "put",
      path: "/api/me/email",
      tags,
      summary: "Change my e-mail address, or take it away",
      security,
      middleware: withPassword(options),
      request: { body: body(emailBody, { email: "ada@example.org", password: "boats and linseed oil" }) },
      responses: answers(
        200,
        "The changed user. With `pendingEmail`, the change waits for the mailed link.",
        userSchema,
      ),
    }),
    async (context) => {
      const { actor } = context.var;
      const input = context.req.valid("json");
      if (input.email !== null) await takeLetter(actor.user.id, input.email);
      return context.json(await changeEmail(app, actor, input), 200);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/me/verification-requests",
      tags,
      summary: "Ask once more for the link that verifies my e-mail address",
      security,
      middleware: [signedIn(options)] as const,
      responses: { 202: { description: "A mail is under way." }, default: problem },
    }),
    async (context) => {
      const { user } = context.var.actor;
      await takeLetter(user.id, user.pendingEmail ?? user.email ?? "");
      requestVerification(app, context.var.actor);
      return context.body(null, 202);
    },
  );

  http.openapi(
    createRoute({
      ...forLinkHolders(options),
      method: "post",
      path: "/api/auth/verifications/preview",
      summary: "Whose address a link verifies",
      request: { body: body(verificationBody, { token: linkExample }) },
      responses: answers(200, "Looking uses nothing up.", verificationSchema),
    }),
    async (context) => context.json(await getVerification(app, context.req.valid("json").token), 200),
  );

  http.openapi(
    createRoute({
      ...forLinkHolders(options),
      method: "post",
      path: "/api/auth/verifications",
      summary: "Verify an e-mail address with a link, once",
      request: { body: body(verificationBody, { token: linkExample }) },
      responses: answers(200, "The address is this user's. Nobody is signed in by it.", verificationSchema),
    }),
    async (context) => context.json(await verifyEmail(app, context.env.address, context.req.valid("json").token), 200),
  );
}
