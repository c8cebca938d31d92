import { ParleyError } from "@parley/protocol/errors";
import type { SearchPage } from "@parley/protocol/http/messages";
import { limits } from "@parley/protocol/limits";
import { isEmptySearch, parseSearch } from "@parley/protocol/search";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import { requireRoom } from "./access.ts";

/** Searches the rooms that this user is in. A cursor is only a place in time: rights are looked up anew for every page. */
export async function searchMessages(
  app: App,
  actor: SignedIn,
  input: { readonly q: string; readonly room?: string | undefined; readonly cursor?: string | undefined },
): Promise<SearchPage> {
  const access = input.room === undefined ? null : await requireRoom(app, actor, "messages.read", input.room);
  const parsed = parseSearch(input.q);
  if (!parsed.ok) throw new ParleyError("invalid", `q: ${parsed.problem}`);
  const before = input.cursor === undefined ? null : toNumber(input.cursor);
  if (isEmptySearch(parsed.query)) return { results: [], cursor: null };
  const { hits, cursor } = await app.store.searchMessages({
    userId: actor.user.id,
    query: parsed.query,
    roomId: access?.room.id ?? null,
    before,
    limit: limits.searchPage,
  });
  return { results: hits, cursor: cursor === null ? null : cursor.toString(36) };
}

function toNumber(cursor: string): number {
  const number = Number.parseInt(cursor, 36);
  if (!Number.isSafeInteger(number) || number < 1) throw new ParleyError("invalid", "cursor: is not valid");
  return number;
}
