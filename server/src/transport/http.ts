import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { ParleyError, type Problem, titleOf } from "@parley/protocol/errors";
import { healthSchema } from "@parley/protocol/http/workspace";
import { limits as bounds } from "@parley/protocol/limits";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { ZodError } from "zod";
import type { App, Log } from "../app.ts";
import type { Hub } from "../fanout/hub.ts";
import type { Missed } from "../fanout/missed.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Assets } from "./assets.ts";
import { originOf, requireSameOrigin } from "./auth.ts";
import { describeRoutes } from "./description.ts";
import { firstIssue } from "./dispatch.ts";
import { eventRoutes } from "./events.ts";
import { secure } from "./headers.ts";
import type { Limits } from "./limits.ts";
import { answers, type Env, type Http, isSecure } from "./route.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { adminRoutes } from "./routes/admin.ts";
import { commandRoutes } from "./routes/commands.ts";
import { directRoomRoutes } from "./routes/direct-rooms.ts";
import { emailRoutes } from "./routes/emails.ts";
import { fileRoutes, isStreamed } from "./routes/files.ts";
import { inviteRoutes } from "./routes/invites.ts";
import { messageRoutes } from "./routes/messages.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { passwordRoutes } from "./routes/passwords.ts";
import { peopleRoutes } from "./routes/people.ts";
import { pollingRoutes } from "./routes/polling.ts";
import { reactionRoutes } from "./routes/reactions.ts";
import { receiptRoutes } from "./routes/receipts.ts";
import { roomRoutes } from "./routes/rooms.ts";
import { searchRoutes } from "./routes/search.ts";
import { workspaceRoutes } from "./routes/workspace.ts";

export interface HttpOptions {
  readonly app: App;
  readonly hub: Hub;
  readonly missed: Missed;
  readonly arrivals: Arrivals;
  readonly limits: Limits;
  readonly assets: Assets;
  readonly version: string;
  /** Whether the program takes new work: false while it stops. */
  readonly isReady: () => Promise<boolean>;
}

/**
 * Every HTTP route. Requests pass, in this order: headers, origin, body, then their route's own login, limit and schema;
 * errors leave in one shape. This is the only place where codes become statuses.
 */
export function createHttp(options: HttpOptions): Http {
  const { app } = options;
  const problem = (context: Context<Env>, error: unknown) => toProblem(error, context.env.secure, app.log);
  const http: Http = new OpenAPIHono<Env>({
    strict: false,
    defaultHook: (result) => {
      if (!result.success) throw result.error;
    },
  });
  http.use(async (context, next) => {
    await next();
    secure(context.res.headers, isSecure(app));
  });
  http.use(async (context, next) => {
    const { method } = context.req;
    if (method !== "GET" && method !== "HEAD") {
      requireSameOrigin(context.req.raw, originOf(context.req.raw, app.settings.publicUrl));
      if (!isStreamed(method, context.req.path)) await readBody(context);
    }
    await next();
  });
  accountRoutes(http, options);
  workspaceRoutes(http, options);
  peopleRoutes(http, options);
  roomRoutes(http, options);
  directRoomRoutes(http, options);
  inviteRoutes(http, options);
  messageRoutes(http, options);
  reactionRoutes(http, options);
  searchRoutes(http, options);
  fileRoutes(http, options);
  receiptRoutes(http, options);
  notificationRoutes(http, options);
  pollingRoutes(http, options);
  commandRoutes(http, options);
  eventRoutes(http, options);
  passwordRoutes(http, options);
  emailRoutes(http, options);
  adminRoutes(http, options);
  operationRoutes(http, options);
  const paths = describeRoutes(http, options.version);
  http.get("*", (context) => {
    const response = options.assets.respond(context.req.raw, context.req.path);
    if (!response) throw new ParleyError(missing(paths, context.req.path));
    return response;
  });
  http.notFound((context) => problem(context, new ParleyError(missing(paths, context.req.path))));
  http.onError((error, context) => problem(context, error));
  return http;
}

function operationRoutes(http: Http, { version, isReady }: HttpOptions): void {
  const health = (path: string, summary: string) =>
    createRoute({
      method: "get",
      path,
      tags: ["operation"],
      summary,
      responses: answers(200, "It is.", healthSchema),
    });
  http.openapi(health("/healthz", "Whether the process serves"), (context) =>
    context.json({ status: "ok", version }, 200),
  );
  http.openapi(health("/readyz", "Whether the database answers and new work is taken"), async (context) => {
    if (!(await isReady())) throw new ParleyError("unavailable");
    return context.json({ status: "ok", version }, 200);
  });
}

/** Reads the body once, whole: bounded, and valid UTF-8. */
async function readBody(context: Context<Env>): Promise<void> {
  const declared = context.req.header("content-length");
  if (Number(declared ?? 0) > bounds.bodyBytes) throw new ParleyError("too_large");
  // Without a length it is read no further than it may go, and kept where the routes look for it.
  if (declared === undefined)
    context.req.bodyCache.arrayBuffer = await readUpTo(bounds.bodyBytes, context.req.raw.body);
  const bytes = await context.req.arrayBuffer();
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ParleyError("malformed", "The request is not valid UTF-8.");
  }
}

async function readUpTo(maxBytes: number, stream: ReadableStream<Uint8Array> | null): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let left = maxBytes;
  for await (const chunk of stream ?? []) {
    left -= chunk.byteLength;
    if (left < 0) throw new ParleyError("too_large");
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks)).buffer;
}

function missing(paths: readonly RegExp[], path: string): "method_not_allowed" | "not_found" {
  return paths.some((known) => known.test(path)) ? "method_not_allowed" : "not_found";
}

/** An error as the answer that a client gets. What is not expected is logged, and tells nothing. */
export function toProblem(error: unknown, https: boolean, log: Log): Response {
  const known = toParleyError(error, log);
  const problem: Problem = {
    type: "about:blank",
    title: titleOf(known.code),
    status: known.status,
    detail: known.message,
    code: known.code,
    ...(known.retryAfterMs !== undefined && { retryAfterMs: known.retryAfterMs }),
  };
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (known.retryAfterMs !== undefined) headers.set("retry-after", String(Math.ceil(known.retryAfterMs / 1000)));
  secure(headers, https);
  return new Response(JSON.stringify(problem), { status: known.status, headers });
}

function toParleyError(error: unknown, log: Log): ParleyError {
  if (error instanceof ParleyError) return error;
  if (error instanceof ZodError) return new ParleyError("invalid", firstIssue(error));
  if (error instanceof HTTPException) {
    return new ParleyError(error.status === 415 ? "unsupported_media_type" : "malformed");
  }
  log.error("http.failed", { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return new ParleyError("internal");
}
