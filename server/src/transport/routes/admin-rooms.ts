import { createRoute } from "@hono/zod-openapi";
import {
  adminQuery,
  adminRoomBody,
  adminRoomParams,
  inviteListingsSchema,
  roomOwnerBody,
  roomRecordSchema,
  roomRecordsSchema,
} from "@parley/protocol/http/admin";
import { inviteParams } from "@parley/protocol/http/invites";
import { membersQuery, membersSchema } from "@parley/protocol/http/rooms";
import {
  deleteAnyRoom,
  editAnyRoom,
  handOverRoom,
  listAllInvites,
  listAllRooms,
  listAnyMembers,
  revokeAnyInvite,
} from "../../domain/administration.ts";
import { answers, body, type Http, type RouteOptions, silent } from "../route.ts";
import { forAdmins, named, toPage } from "./admin-area.ts";

/** Rooms, whoever is in them, and the invites to them. */
export function adminRoomRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      ...forAdmins(options),
      method: "get",
      path: "/api/admin/rooms",
      summary: "Every room, private ones too: names and numbers, never what is said",
      request: { query: adminQuery },
      responses: answers(200, "By address.", roomRecordsSchema),
    }),
    async (context) => {
      const page = await listAllRooms(app, context.var.actor, toPage(context.req.valid("query")));
      return context.json(named("rooms", page), 200);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options, "edit"),
      method: "patch",
      path: "/api/admin/rooms/{room}",
      summary: "Rename a room, archive it, or take it back into use",
      request: { params: adminRoomParams, body: body(adminRoomBody, { archived: true }) },
      responses: answers(200, "The changed room.", roomRecordSchema),
    }),
    async (context) => {
      const { room } = context.req.valid("param");
      return context.json(await editAnyRoom(app, context.var.actor, room, context.req.valid("json")), 200);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options),
      method: "get",
      path: "/api/admin/rooms/{room}/members",
      summary: "Who is in a room",
      request: { params: adminRoomParams, query: membersQuery },
      responses: answers(200, "By user name.", membersSchema),
    }),
    async (context) => {
      const { room } = context.req.valid("param");
      const page = toPage(context.req.valid("query"));
      return context.json(await listAnyMembers(app, context.var.actor, room, page), 200);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options, "edit"),
      method: "delete",
      path: "/api/admin/rooms/{room}",
      summary: "Delete a room with everything in it",
      request: { params: adminRoomParams },
      responses: silent("It is gone."),
    }),
    async (context) => {
      await deleteAnyRoom(app, context.var.actor, context.req.valid("param").room);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options, "edit"),
      method: "put",
      path: "/api/admin/rooms/{room}/owner",
      summary: "Give a room without owner to one of its members",
      request: { params: adminRoomParams, body: body(roomOwnerBody, { user: "U0123456789ABCDEF" }) },
      responses: silent("It is theirs."),
    }),
    async (context) => {
      const { room } = context.req.valid("param");
      await handOverRoom(app, context.var.actor, room, context.req.valid("json").user);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options),
      method: "get",
      path: "/api/admin/invites",
      summary: "Every usable invite",
      request: { query: adminQuery.omit({ q: true }) },
      responses: answers(200, "By code.", inviteListingsSchema),
    }),
    async (context) => {
      const page = await listAllInvites(app, context.var.actor, toPage(context.req.valid("query")));
      return context.json(named("invites", page), 200);
    },
  );

  http.openapi(
    createRoute({
      ...forAdmins(options, "edit"),
      method: "delete",
      path: "/api/admin/invites/{code}",
      summary: "Revoke an invite",
      request: { params: inviteParams },
      responses: silent("It works no more."),
    }),
    async (context) => {
      await revokeAnyInvite(app, context.var.actor, context.req.valid("param").code);
      return context.body(null, 204);
    },
  );
}
