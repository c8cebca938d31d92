import { createRoute } from "@hono/zod-openapi";
import { messageParams } from "@parley/protocol/http/messages";
import {
  notificationSchema,
  pushBody,
  pushExample,
  pushSchema,
  pushTestSchema,
} from "@parley/protocol/http/notifications";
import { explainNotification, getPush, subscribePush, testPush, unsubscribePush } from "../../domain/notifications.ts";
import { answers, body, type Http, type RouteOptions, security, signedIn, silent } from "../route.ts";

const tags = ["notifications"];

export function notificationRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/push",
      tags,
      summary: "The key that a browser subscribes with, and whether this session has",
      security,
      middleware: [signedIn(options)] as const,
      responses: answers(200, "The server's own key, for no one else's gateway.", pushSchema),
    }),
    async (context) => context.json(await getPush(app, context.var.actor), 200),
  );

  http.openapi(
    createRoute({
      method: "put",
      path: "/api/push",
      tags,
      summary: "Push to this session's browser",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { body: body(pushBody, pushExample) },
      responses: silent("It is told what calls its user, until the session ends."),
    }),
    async (context) => {
      await subscribePush(app, context.var.actor, context.req.valid("json"));
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/push",
      tags,
      summary: "Push to this session's browser no more",
      security,
      middleware: [signedIn(options, "edit")] as const,
      responses: silent("It is told nothing."),
    }),
    async (context) => {
      await unsubscribePush(app, context.var.actor);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/push/test",
      tags,
      summary: "Push a few words to this session's browser",
      security,
      middleware: [signedIn(options, "edit")] as const,
      responses: answers(200, "What the push service said.", pushTestSchema),
    }),
    async (context) => context.json(await testPush(app, context.var.actor), 200),
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms/{room}/messages/{id}/notification",
      tags,
      summary: "Why I was, or was not, notified of a message",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: messageParams },
      responses: answers(200, "The one reason that decided, and what became of it.", notificationSchema),
    }),
    async (context) => context.json(await explainNotification(app, context.var.actor, context.req.valid("param")), 200),
  );
}
