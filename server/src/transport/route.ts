import type { OpenAPIHono, z } from "@hono/zod-openapi";
import { ParleyError } from "@parley/protocol/errors";
import { problemSchema } from "@parley/protocol/http/problem";
import type { User } from "@parley/protocol/model";
import type { Context, MiddlewareHandler } from "hono";
import type { App } from "../app.ts";
import type { Opened } from "../domain/sessions.ts";
import type { SignedIn } from "../store/accounts.ts";
import { authenticate, deviceCookie, sessionCookie } from "./auth.ts";
import { addressKey, type Limit, type Limits } from "./limits.ts";

/** What every route is made of: who may call it, how often, and how its answers are described. */

export interface Env {
  Bindings: {
    /** The client's address, as far as it can be trusted. */
    readonly address: string;
    /** Whether the public origin is HTTPS. */
    readonly secure: boolean;
    /** Lets the answer stay open for as long as it likes. */
    readonly keepOpen: () => void;
  };
  Variables: { actor: SignedIn };
}

export type Http = OpenAPIHono<Env>;

export interface RouteOptions {
  readonly app: App;
  readonly limits: Limits;
}

export const isSecure = (app: App): boolean => app.settings.publicUrl?.startsWith("https:") ?? false;

/** Both ways to say who one is. */
export const security: Record<string, string[]>[] = [{ cookie: [] }, { bearer: [] }];

/** A gate of a route says by which limit it lets through, so that the description can tell. */
export type Gate = MiddlewareHandler<Env> & { readonly limit: Limit };

/** Lets only signed-in users pass, and takes from their limits. */
export function signedIn({ app, limits }: RouteOptions, limit: Limit = "request"): Gate {
  const gate: MiddlewareHandler<Env> = async (context, next) => {
    const actor = await authenticate(app, context.req.raw, context.env.secure);
    if (!actor) throw new ParleyError("not_signed_in");
    limits.take(limit, actor.user.id);
    context.set("actor", actor);
    await next();
  };
  return Object.assign(gate, { limit });
}

/** Whoever asks is here, for a while: for the routes that clients without a socket call again and again. */
export function present({ app }: RouteOptions): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { user, session } = context.var.actor;
    app.presences.here(user.id, session.id);
    await next();
  };
}

/** Lets anyone pass, and takes from the limits of their address. */
export function anyone({ limits }: RouteOptions, limit: Limit = "anonymous"): Gate {
  const gate: MiddlewareHandler<Env> = async (context, next) => {
    await limits.attempt(limit, addressKey(context.env.address));
    await next();
  };
  return Object.assign(gate, { limit });
}

/**
 * For what asks for the password once more: an open session that was stolen is no way to guess it. Others who guess at the
 * door take nothing from this.
 */
export function withPassword(options: RouteOptions): [Gate, MiddlewareHandler<Env>] {
  const attempt: MiddlewareHandler<Env> = async (context, next) => {
    await options.limits.attempt("own-password", context.var.actor.user.id);
    await next();
  };
  return [signedIn(options, "edit"), attempt];
}

/** For whoever holds a link that was mailed or handed over: guessing at one is slowed down like guessing at a password. */
export const forLinkHolders = (options: RouteOptions) => ({
  tags: ["accounts"],
  middleware: anyone(options, "sign-in"),
});

/** A JSON body, and one that could be sent. */
export function body<Schema extends z.ZodType>(schema: Schema, example: z.input<Schema>) {
  return { required: true, content: { "application/json": { schema, example } } } as const;
}

export const problem = {
  description: "Refused, with the reason as a code.",
  content: { "application/problem+json": { schema: problemSchema } },
} as const;

/** A JSON body that may be left out when all of its fields may. */
export function optionalBody<Schema extends z.ZodType>(schema: Schema, example: z.input<Schema>) {
  return { ...body(schema, example), required: false } as const;
}

/** The answers of a route that succeeds in one way. */
export function answers<Status extends number, Schema extends z.ZodType>(
  status: Status,
  description: string,
  schema: Schema,
) {
  const success = { description, content: { "application/json": { schema } } } as const;
  return { [status]: success, default: problem } as { [S in Status]: typeof success } & {
    default: typeof problem;
  };
}

/** The answers of a route that succeeds without a word. */
export function silent(description: string) {
  return { 204: { description }, default: problem } as const;
}

export function origin(context: Context<Env>) {
  return { userAgent: context.req.header("user-agent") ?? "", address: context.env.address };
}

/** Gives the answer the cookies of a session that has just been opened, and tells whose it is. */
export function toSignedIn(context: Context<Env>, { user, token, device }: Opened): User {
  context.header("set-cookie", sessionCookie(token, context.env.secure));
  context.header("set-cookie", deviceCookie(device, context.env.secure), { append: true });
  return user;
}
