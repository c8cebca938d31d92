import { createRoute } from "@hono/zod-openapi";
import type { Command } from "@parley/protocol/commands";
import { ParleyError } from "@parley/protocol/errors";
import { ackSchema, commandBody, resumeBody, resumedSchema } from "@parley/protocol/http/live";
import { getPresence } from "../../domain/presence.ts";
import { resumeOnce } from "../../fanout/resume.ts";
import type { SignedIn } from "../../store/accounts.ts";
import { type AckFields, dispatch, parseCommand } from "../dispatch.ts";
import { answers, body, type Http, present, type RouteOptions, security, signedIn } from "../route.ts";

const tags = ["live"];

/** What a client says on a socket, for clients that have none: with these two routes they can do all that others can. */
export function commandRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/commands",
      tags,
      summary: "One command of the socket",
      description: "The frame that a socket would take, and the ack that it would answer; errors are problems.",
      security,
      middleware: [signedIn(options), present(options)] as const,
      request: { body: body(commandBody, { type: "message.send", ref: 1, room: "general", content: "Hello" }) },
      responses: answers(200, "The ack.", ackSchema),
    }),
    async (context) => {
      const { actor } = context.var;
      options.limits.take("command", actor.session.id);
      const command = parseCommand(context.req.valid("json"));
      const fields = await run(options, actor, command);
      return context.json({ type: "ack" as const, ref: command.ref ?? null, ...fields }, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/resume",
      tags,
      summary: "What changed since these positions",
      description:
        "What `resume` answers on a socket, in one answer. `heads` are where all topics of the user stand: a client that asks every two seconds with the heads of its last answer misses nothing.",
      security,
      middleware: [signedIn(options, "resume"), present(options)] as const,
      request: {
        body: body(resumeBody, { epoch: "V8kq2ZxW", topics: { workspace: 12, "room:R0123456789ABCDEF": 57 } }),
      },
      responses: answers(200, "Deltas and resets, in the order asked.", resumedSchema),
    }),
    async (context) => {
      const { frames, gone, heads, epoch } = await resumeOnce(
        app.store,
        context.var.actor.user.id,
        context.req.valid("json"),
      );
      // The frames are encoded already.
      const rest = JSON.stringify({ epoch, gone, heads });
      const answer = new Response(`{"frames":[${frames.join()}],${rest.slice(1)}`, {
        headers: { "content-type": "application/json" },
      });
      return answer as never;
    },
  );
}

async function run({ app, limits }: RouteOptions, actor: SignedIn, command: Command): Promise<AckFields> {
  switch (command.type) {
    case "ping":
      return {};
    case "resume":
      throw new ParleyError("invalid", "Without a socket, ask /api/resume.");
    case "presence":
      app.presences.here(actor.user.id, actor.session.id, command.active);
      return {};
    case "presence.watch":
      return { presence: await getPresence(app, command.users) };
    default:
      return dispatch(app, limits, actor, command);
  }
}
