import { limits as bounds } from "@parley/protocol/limits";
import type { MiddlewareHandler } from "hono";
import { requireAdminArea } from "../../domain/access.ts";
import type { Page, PageInput } from "../../store/administration.ts";
import type { Limit } from "../limits.ts";
import { type Env, type RouteOptions, security, signedIn } from "../route.ts";

/** What the routes of the admin area have in common. */

/** For owners and admins. To everyone else none of it exists. */
export const forAdmins = (options: RouteOptions, limit?: Limit) => ({
  tags: ["admin"],
  security,
  middleware: [signedIn(options, limit), looksAfterWorkspace] as [MiddlewareHandler<Env>, MiddlewareHandler<Env>],
});

/** Before a body or a parameter is looked at: what does not exist finds no fault with them. */
const looksAfterWorkspace: MiddlewareHandler<Env> = async (context, next) => {
  requireAdminArea(context.var.actor);
  await next();
};

/** The page that a query asks for. */
export function toPage(query: {
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}): PageInput {
  return { q: query.q ?? "", cursor: query.cursor ?? null, limit: query.limit ?? bounds.pageDefault };
}

/** A page as it is answered: its items under the name of what they are. */
export const named = <Name extends string, T>(
  name: Name,
  { items, cursor }: Page<T>,
): Record<Name, readonly T[]> & { cursor: string | null } =>
  ({ [name]: items, cursor }) as Record<Name, readonly T[]> & { cursor: string | null };
