import { createRoute } from "@hono/zod-openapi";
import {
  editMessageBody,
  historyQuery,
  messageParams,
  messageSchema,
  messagesSchema,
  sendMessageBody,
} from "@parley/protocol/http/messages";
import { roomParams } from "@parley/protocol/http/rooms";
import { deleteMessage, editMessage, listMessages, sendMessage } from "../../domain/messages.ts";
import type { HistoryCursor } from "../../store/messages.ts";
import { answers, body, type Http, type RouteOptions, security, signedIn, silent } from "../route.ts";

const tags = ["messages"];

export function messageRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms/{room}/messages",
      tags,
      summary: "A page of a room's history",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: roomParams, query: historyQuery },
      responses: answers(200, "Oldest first; the newest page without a cursor.", messagesSchema),
    }),
    async (context) => {
      const { limit, ...cursors } = context.req.valid("query");
      const input = { ...context.req.valid("param"), cursor: toCursor(cursors), limit };
      return context.json(await listMessages(app, context.var.actor, input), 200);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/rooms/{room}/messages",
      tags,
      summary: "Send a message",
      security,
      middleware: [signedIn(options, "send")] as const,
      request: {
        params: roomParams,
        body: body(sendMessageBody, { content: "The mast is up, @lin", clientMessageId: "b3f1c2" }),
      },
      responses: {
        ...answers(201, "The message, on disk.", messageSchema),
        200: {
          description: "The message that this author sent under this clientMessageId before.",
          content: { "application/json": { schema: messageSchema } },
        },
      },
    }),
    async (context) => {
      const input = { ...context.req.valid("param"), ...context.req.valid("json") };
      const { message, created } = await sendMessage(app, context.var.actor, input);
      return created ? context.json(message, 201) : context.json(message, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "patch",
      path: "/api/rooms/{room}/messages/{id}",
      tags,
      summary: "Edit my message",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { params: messageParams, body: body(editMessageBody, { content: "The mast is up at last, @lin" }) },
      responses: answers(200, "The changed message.", messageSchema),
    }),
    async (context) => {
      const input = { ...context.req.valid("param"), ...context.req.valid("json") };
      return context.json(await editMessage(app, context.var.actor, input), 200);
    },
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/rooms/{room}/messages/{id}",
      tags,
      summary: "Delete my message, or any as an admin of the room",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { params: messageParams },
      responses: silent("It keeps its place, without content."),
    }),
    async (context) => {
      await deleteMessage(app, context.var.actor, context.req.valid("param"));
      return context.body(null, 204);
    },
  );
}

/** The schema lets at most one of them through. */
function toCursor(cursors: {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
}): HistoryCursor {
  const { before, after, around } = cursors;
  if (before !== undefined) return { before };
  if (after !== undefined) return { after };
  return around === undefined ? {} : { around };
}
