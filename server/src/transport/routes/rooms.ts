import { createRoute } from "@hono/zod-openapi";
import { changesQuery, changesSchema } from "@parley/protocol/http/live";
import {
  createRoomBody,
  editRoomBody,
  memberBody,
  memberParams,
  membershipSchema,
  membersQuery,
  membersSchema,
  roomParams,
  roomSchema,
  roomsSchema,
} from "@parley/protocol/http/rooms";
import { roomTopic } from "@parley/protocol/model";
import { requireRoom } from "../../domain/access.ts";
import { joinRoom, leaveRoom, listMembers, removeMember, setRole } from "../../domain/memberships.ts";
import { createRoom, deleteRoom, editRoom, getRoom, listRooms } from "../../domain/rooms.ts";
import { changesSince } from "../../fanout/resume.ts";
import { answers, body, type Http, present, type RouteOptions, security, signedIn, silent } from "../route.ts";

const tags = ["rooms"];

export function roomRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms",
      tags,
      summary: "My rooms, and the public ones I could join",
      security,
      middleware: [signedIn(options, "rooms")] as const,
      responses: answers(200, "By name; mine have a membership.", roomsSchema),
    }),
    async (context) => context.json(await listRooms(app, context.var.actor), 200),
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/rooms",
      tags,
      summary: "Create a room",
      security,
      middleware: [signedIn(options, "create-room")] as const,
      request: { body: body(createRoomBody, { name: "Boat restoration", kind: "private", description: "The Vigdis" }) },
      responses: answers(201, "The new room; its creator is its owner.", roomSchema),
    }),
    async (context) => context.json(await createRoom(app, context.var.actor, context.req.valid("json")), 201),
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms/{room}",
      tags,
      summary: "A room, by id or slug",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: roomParams },
      responses: answers(200, "The room.", roomSchema),
    }),
    async (context) => context.json(await getRoom(app, context.var.actor, context.req.valid("param").room), 200),
  );

  http.openapi(
    createRoute({
      method: "patch",
      path: "/api/rooms/{room}",
      tags,
      summary: "Change a room's details, as its admin",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: {
        params: roomParams,
        body: body(editRoomBody, { description: "The Vigdis goes back in the water on 3 May." }),
      },
      responses: answers(200, "The changed room.", roomSchema),
    }),
    async (context) => {
      const { room } = context.req.valid("param");
      return context.json(await editRoom(app, context.var.actor, room, context.req.valid("json")), 200);
    },
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/rooms/{room}",
      tags,
      summary: "Delete a room and everything in it, as its admin",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { params: roomParams },
      responses: silent("The room is gone for everyone."),
    }),
    async (context) => {
      await deleteRoom(app, context.var.actor, context.req.valid("param").room);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "put",
      path: "/api/rooms/{room}/membership",
      tags,
      summary: "Join a public room",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { params: roomParams },
      responses: answers(200, "The room, with my membership.", roomSchema),
    }),
    async (context) => context.json(await joinRoom(app, context.var.actor, context.req.valid("param").room), 200),
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/rooms/{room}/membership",
      tags,
      summary: "Leave a room",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { params: roomParams },
      responses: silent("Left."),
    }),
    async (context) => {
      await leaveRoom(app, context.var.actor, context.req.valid("param").room);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms/{room}/members",
      tags,
      summary: "The members of a room, a page at a time",
      description: "With `q`, those of whose name each of its words begins a word, without regard to case and accents.",
      security,
      middleware: [signedIn(options, "people")] as const,
      request: { params: roomParams, query: membersQuery },
      responses: answers(200, "By user name. `cursor` is null on the last page.", membersSchema),
    }),
    async (context) => {
      const input = { ...context.req.valid("param"), ...context.req.valid("query") };
      return context.json(await listMembers(app, context.var.actor, input), 200);
    },
  );

  http.openapi(
    createRoute({
      method: "patch",
      path: "/api/rooms/{room}/members/{user}",
      tags,
      summary: "Give a member another role, as an admin of the room",
      description: "With `owner` the room is handed over: its owner of now becomes an admin.",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { params: memberParams, body: body(memberBody, { role: "admin" }) },
      responses: answers(200, "The membership as it is now.", membershipSchema),
    }),
    async (context) => {
      const input = { ...context.req.valid("param"), ...context.req.valid("json") };
      return context.json(await setRole(app, context.var.actor, input), 200);
    },
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/rooms/{room}/members/{user}",
      tags,
      summary: "Remove a member from a room, as its admin",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { params: memberParams },
      responses: silent("They are out, and get nothing more of it."),
    }),
    async (context) => {
      await removeMember(app, context.var.actor, context.req.valid("param"));
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/rooms/{room}/changes",
      tags,
      summary: "What changed in a room since a seq",
      description: "Catch-up and polling for clients without a socket: the same delta or reset that a resume answers.",
      security,
      middleware: [signedIn(options), present(options)] as const,
      request: { params: roomParams, query: changesQuery },
      responses: answers(200, "One delta, or a reset when that is too long ago.", changesSchema),
    }),
    async (context) => {
      const { room } = await requireRoom(app, context.var.actor, "messages.read", context.req.valid("param").room);
      return context.json(await changesSince(app.store, roomTopic(room.id), context.req.valid("query").since), 200);
    },
  );
}
