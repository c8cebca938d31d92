import { type ErrorCode, ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { App } from "./app.ts";
import { must } from "./domain/outcome.ts";
import type { By, Page, UserAct } from "./store/administration.ts";
import type { Outcome } from "./store/outcome.ts";

/** What the commands of the command line are made of. */

export interface Tools extends Pick<App, "store" | "passwords" | "clock"> {
  /** Before the path of links; empty when nobody has said what the public address is. */
  readonly origin: string;
  /** One line. */
  print(...columns: readonly string[]): void;
}

export type Job = (tools: Tools) => Promise<void>;

export interface Command {
  readonly usage: string;
  readonly summary: string;
  /** Null when these are not its arguments. */
  parse(words: readonly string[]): Job | null;
}

export const commandLine: By = { userId: null, role: null, address: null };

/** Everything in a list that comes in pages. */
export async function* everyOne<T>(
  load: (page: { readonly cursor: string | null; readonly limit: number }) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const page: Page<T> = await load({ cursor, limit: limits.adminPageMax });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== null);
}

/** What was written, as the same schema takes it that the server's routes go by. */
export function parseInput<T>(schema: Schema<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ParleyError("invalid", `${issue?.path.join(".")}: ${issue?.message}`);
}

interface Schema<T> {
  safeParse(
    input: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export async function requireUser(
  { store, clock }: Tools,
  reference: string,
): Promise<{ username: string; act: UserAct }> {
  const user = await store.findAccount({ reference });
  if (!user) throw new ParleyError("not_found", `There is nobody called “${reference}”.`);
  return {
    username: user.username,
    act: { userId: user.id, userRole: user.role, by: commandLine, at: clock.now() },
  };
}

/** Nobody else is at work in the folder, so an act that is not allowed has one reason. */
export function settle<T>(outcome: Outcome<T, ErrorCode>, notAllowed: string): T {
  if (!outcome.ok && outcome.refusal === "not_allowed") throw new ParleyError("not_allowed", notAllowed);
  return must(outcome);
}
