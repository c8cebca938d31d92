import { createRoute } from "@hono/zod-openapi";
import { messageSchema, ownReactionsQuery, ownReactionsSchema, reactionParams } from "@parley/protocol/http/messages";
import { roomParams } from "@parley/protocol/http/rooms";
import { addReaction, listOwnReactions, removeReaction } from "../../domain/reactions.ts";
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

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms/{room}/my-reactions",
      tags,
      summary: "What I have put on messages",
      description:
        "A message names the first who reacted with each emoji. Whether the reader is among the others is asked for here, for many messages at once.",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: roomParams, query: ownReactionsQuery },
      responses: answers(200, "Of those messages that have some.", ownReactionsSchema),
    }),
    async (context) => {
      const input = { ...context.req.valid("param"), ...context.req.valid("query") };
      return context.json(await listOwnReactions(app, context.var.actor, input), 200);
    },
  );
}
