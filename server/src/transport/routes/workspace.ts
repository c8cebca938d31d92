import { createRoute } from "@hono/zod-openapi";
import { startSchema, workspaceBody, workspaceSchema } from "@parley/protocol/http/workspace";
import { toOwnUser } from "../../domain/sessions.ts";
import { editWorkspace, getWorkspace } from "../../domain/workspace.ts";
import { authenticate } from "../auth.ts";
import { answers, anyone, body, type Http, type RouteOptions, security, signedIn } from "../route.ts";

const tags = ["workspace"];

export function workspaceRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/start",
      tags,
      summary: "What a client needs first: the workspace, and who is signed in, if anyone",
      middleware: [anyone(options)] as const,
      responses: answers(200, "`user` is null without a session: this is no error.", startSchema),
    }),
    async (context) => {
      const actor = await authenticate(app, context.req.raw, context.env.secure);
      const start = {
        workspace: await getWorkspace(app),
        user: actor ? toOwnUser(actor.user) : null,
        fileBytes: app.settings.files.fileBytes,
      };
      return context.json(app.mail ? { ...start, mail: true as const } : start, 200);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/workspace",
      tags,
      summary: "The workspace's name and who may sign up",
      middleware: [anyone(options)] as const,
      responses: answers(200, "What anyone may know.", workspaceSchema),
    }),
    async (context) => context.json(await getWorkspace(app), 200),
  );

  http.openapi(
    createRoute({
      method: "patch",
      path: "/api/workspace",
      tags,
      summary: "Change the name or the sign-up policy, as an owner or admin",
      security,
      middleware: [signedIn(options, "edit")] as const,
      request: { body: body(workspaceBody, { name: "Harbour Makers", signUp: "invite" }) },
      responses: answers(200, "The changed workspace.", workspaceSchema),
    }),
    async (context) => context.json(await editWorkspace(app, context.var.actor, context.req.valid("json")), 200),
  );
}
