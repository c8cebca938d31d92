import { createRoute } from "@hono/zod-openapi";
import { ParleyError } from "@parley/protocol/errors";
import {
  type PollingMessage,
  pollingEmptySchema,
  pollingForm,
  pollingMessageSchema,
  pollingMessagesSchema,
  pollingQuery,
} from "@parley/protocol/http/polling";
import { roomParams } from "@parley/protocol/http/rooms";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/model";
import type { MiddlewareHandler } from "hono";
import { listMessages, sendMessage } from "../../domain/messages.ts";
import type { HistoryCursor } from "../../store/messages.ts";
import { answers, type Env, type Http, present, type RouteOptions, security, signedIn } from "../route.ts";

const tags = ["polling"];

/** Two paths for small clients that ask again and again, with or without a slash at the end. */
export function pollingRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "get",
      path: "/rooms/{room}/messages",
      tags,
      summary: "Messages after an id, for clients that poll",
      security,
      middleware: [signedIn(options), present(options)] as const,
      request: { params: roomParams, query: pollingQuery },
      responses: answers(200, "Oldest first; the newest 25 without `after`.", pollingMessagesSchema),
    }),
    async (context) => {
      const { room } = context.req.valid("param");
      const { after } = context.req.valid("query");
      const cursor: HistoryCursor = after === undefined ? {} : { after };
      const limit = after === undefined ? limits.pageDefault : limits.pageMax;
      const { messages } = await listMessages(app, context.var.actor, { room, cursor, limit });
      return context.json({ messages: messages.map(toPollingMessage) }, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/rooms/{room}/messages/create",
      tags,
      summary: "Send a message, as a form or as JSON",
      security,
      middleware: [signedIn(options, "send"), present(options), wholeForm] as const,
      request: {
        params: roomParams,
        body: {
          required: false,
          content: {
            "application/json": { schema: pollingForm },
            "application/x-www-form-urlencoded": { schema: pollingForm },
          },
        },
      },
      responses: {
        ...answers(200, "The message, on disk.", pollingMessageSchema),
        400: { description: "Blank.", content: { "application/json": { schema: pollingEmptySchema } } },
      },
    }),
    async (context) => {
      const { room } = context.req.valid("param");
      const content = context.req.valid("json")?.content ?? context.req.valid("form")?.content ?? "";
      try {
        const { message } = await sendMessage(app, context.var.actor, { room, content });
        return context.json(toPollingMessage(message), 200);
      } catch (error) {
        if (!(error instanceof ParleyError && error.code === "blank_message")) throw error;
        return context.json({ error: "empty" as const }, 400);
      }
    },
  );
}

/** No form in parts, which is for files: whoever sends one here has no message to send. */
const wholeForm: MiddlewareHandler<Env> = async (context, next) => {
  if (/^\s*multipart\//i.test(context.req.header("content-type") ?? ""))
    throw new ParleyError("unsupported_media_type");
  await next();
};

function toPollingMessage({ id, content, author, createdAt, deletedAt }: Message): PollingMessage {
  return {
    id,
    // It keeps its place, so that a client which counts ids never waits for one that does not come.
    content: deletedAt === undefined ? content : "Message deleted",
    username: author.username,
    date: createdAt.slice(11, 19),
  };
}
