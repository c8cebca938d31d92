import { createRoute } from "@hono/zod-openapi";
import { messageSchema, reactionParams } from "@parley/protocol/http/messages";
import { addReaction, removeReaction } from "../../domain/reactions.ts";
import { answers, type Http, type RouteOptions, security, signedIn } from "../route.ts";

const tags = ["messages"];
const path = "/api/rooms/{room}/messages/{id}/reactions/{emoji}";

export function reactionRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "put",
      path,
      tags,
      summary: "Put an emoji on a message",
      security,
      middleware: [signedIn(options, "react")] as const,
      request: { params: reactionParams },
      responses: answers(200, "The message, with it. Repeating changes nothing.", messageSchema),
    }),
    async (context) => context.json(await addReaction(app, context.var.actor, context.req.valid("param")), 200),
  );

  http.openapi(
    createRoute({
      method: "delete",
      path,
      tags,
      summary: "Take my emoji off a message",
      security,
      middleware: [signedIn(options, "react")] as const,
      request: { params: reactionParams },
      responses: answers(200, "The message, without it. Repeating changes nothing.", messageSchema),
    }),
    async (context) => context.json(await removeReaction(app, context.var.actor, context.req.valid("param")), 200),
  );
}
