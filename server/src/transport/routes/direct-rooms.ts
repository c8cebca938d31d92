import { createRoute } from "@hono/zod-openapi";
import { directRoomBody, roomSchema } from "@parley/protocol/http/rooms";
import { openDirectRoom } from "../../domain/direct-rooms.ts";
import { answers, body, type Http, type RouteOptions, security, signedIn } from "../route.ts";

export function directRoomRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/direct-rooms",
      tags: ["rooms"],
      summary: "Open the direct room of these people and me",
      description:
        "`users` are ids or user names. The same people always get the same room; myself alone is a room too.",
      security,
      middleware: [signedIn(options, "direct-room")] as const,
      request: { body: body(directRoomBody, { users: ["lin", "sam"] }) },
      responses: {
        ...answers(200, "The room that these people have already.", roomSchema),
        ...answers(201, "Their new room.", roomSchema),
      },
    }),
    async (context) => {
      const { room, created } = await openDirectRoom(app, context.var.actor, context.req.valid("json"));
      return created ? context.json(room, 201) : context.json(room, 200);
    },
  );
}
