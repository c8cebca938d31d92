import { createRoute } from "@hono/zod-openapi";
import { messageParams } from "@parley/protocol/http/messages";
import { readersSchema, receiptBody, receiptsSchema } from "@parley/protocol/http/receipts";
import { placeBody, placeSchema, roomParams } from "@parley/protocol/http/rooms";
import { editPlace, listReaders, listReceipts, setReceipt } from "../../domain/receipts.ts";
import { answers, body, type Http, type RouteOptions, security, signedIn, silent } from "../route.ts";

const tags = ["receipts"];

export function receiptRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "put",
      path: "/api/rooms/{room}/receipt",
      tags,
      summary: "Say how far I have read",
      description: "It never moves back, unless `unread` says that what follows shall count as unread again.",
      security,
      middleware: [signedIn(options, "receipt")] as const,
      request: { params: roomParams, body: body(receiptBody, { upTo: 42 }) },
      responses: silent("Read up to there, or to the newest message."),
    }),
    async (context) => {
      await setReceipt(app, context.var.actor, { ...context.req.valid("param"), ...context.req.valid("json") });
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms/{room}/receipts",
      tags,
      summary: "How far the members of a small room have read",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: roomParams },
      responses: answers(200, "Of those members who share it, by user name.", receiptsSchema),
    }),
    async (context) => {
      const receipts = await listReceipts(app, context.var.actor, context.req.valid("param").room);
      return context.json({ receipts }, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms/{room}/messages/{id}/readers",
      tags,
      summary: "Who has read a message",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: messageParams },
      responses: answers(200, "Those members of a small room who share it, by user name.", readersSchema),
    }),
    async (context) =>
      context.json({ readers: await listReaders(app, context.var.actor, context.req.valid("param")) }, 200),
  );

  http.openapi(
    createRoute({
      method: "patch",
      path: "/api/rooms/{room}/membership",
      tags,
      summary: "Choose how loudly a room calls me, or put a direct room away",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { params: roomParams, body: body(placeBody, { notifyLevel: "mentions" }) },
      responses: answers(200, "My place in the room.", placeSchema),
    }),
    async (context) => {
      const input = { ...context.req.valid("param"), ...context.req.valid("json") };
      return context.json(await editPlace(app, context.var.actor, input), 200);
    },
  );
}
