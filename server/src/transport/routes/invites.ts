import { createRoute } from "@hono/zod-openapi";
import {
  inviteBody,
  inviteParams,
  invitePreviewSchema,
  inviteSchema,
  invitesSchema,
} from "@parley/protocol/http/invites";
import { roomParams, roomSchema } from "@parley/protocol/http/rooms";
import type { Invite } from "@parley/protocol/model";
import type { Context } from "hono";
import { createInvite, getInvitePreview, listInvites, redeemInvite, revokeInvite } from "../../domain/invites.ts";
import type { InviteRecord } from "../../store/rooms.ts";
import { authenticate, originOf } from "../auth.ts";
import {
  answers,
  anyone,
  type Env,
  type Http,
  optionalBody,
  type RouteOptions,
  security,
  signedIn,
  silent,
} from "../route.ts";

const tags = ["invites"];

export function inviteRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  const toInvite = (context: Context<Env>, record: InviteRecord): Invite => ({
    ...record,
    url: `${originOf(context.req.raw, app.settings.publicUrl)}/invite/${record.code}`,
    createdAt: new Date(record.createdAt).toISOString(),
    expiresAt: record.expiresAt === null ? null : new Date(record.expiresAt).toISOString(),
  });

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/rooms/{room}/invites",
      tags,
      summary: "Make an invite to a room, as its admin",
      security,
      middleware: [signedIn(options, "invite")] as const,
      request: {
        params: roomParams,
        body: optionalBody(inviteBody, { expiresAt: "2030-05-03T09:00:00Z", maxUses: 10 }),
      },
      responses: answers(201, "The invite, with the link to share.", inviteSchema),
    }),
    async (context) => {
      const input = { ...context.req.valid("param"), ...context.req.valid("json") };
      return context.json(toInvite(context, await createInvite(app, context.var.actor, input)), 201);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms/{room}/invites",
      tags,
      summary: "The usable invites of a room, as its admin",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: roomParams },
      responses: answers(200, "Newest first.", invitesSchema),
    }),
    async (context) => {
      const records = await listInvites(app, context.var.actor, context.req.valid("param").room);
      return context.json({ invites: records.map((record) => toInvite(context, record)) }, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/invites/{code}",
      tags,
      summary: "What an invite leads to",
      middleware: [anyone(options)] as const,
      request: { params: inviteParams },
      responses: answers(200, "For whoever holds the code, signed in or not.", invitePreviewSchema),
    }),
    async (context) => {
      const actor = await authenticate(app, context.req.raw, context.env.secure);
      return context.json(await getInvitePreview(app, actor, context.req.valid("param").code), 200);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/invites/{code}/redemptions",
      tags,
      summary: "Join the room that an invite leads to",
      security,
      middleware: [signedIn(options, "invite")] as const,
      request: { params: inviteParams },
      responses: answers(200, "The room. Who is in it already uses nothing up.", roomSchema),
    }),
    async (context) => context.json(await redeemInvite(app, context.var.actor, context.req.valid("param").code), 200),
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/invites/{code}",
      tags,
      summary: "Revoke an invite, as an admin of its room",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: inviteParams },
      responses: silent("It works no more."),
    }),
    async (context) => {
      await revokeInvite(app, context.var.actor, context.req.valid("param").code);
      return context.body(null, 204);
    },
  );
}
