import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { User } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { PeopleCursor } from "../store/accounts.ts";

/** A page of everyone here, by name, or of those whose names fit `q`. For whoever is signed in. */
export async function listPeople(
  app: App,
  input: { readonly q?: string | undefined; readonly cursor?: string | undefined; readonly limit?: number | undefined },
): Promise<{ readonly users: readonly User[]; readonly cursor: string | null }> {
  const { users, cursor } = await app.store.listPeople({
    query: input.q ?? "",
    cursor: input.cursor === undefined ? null : parseCursor(input.cursor),
    limit: input.limit ?? limits.peoplePageDefault,
  });
  return { users, cursor: cursor && toCursor(cursor) };
}

const toCursor = ({ name, id }: PeopleCursor): string => Buffer.from(JSON.stringify([id, name])).toString("base64url");

function parseCursor(text: string): PeopleCursor {
  const parts = parseJson(Buffer.from(text, "base64url").toString("utf8"));
  if (!Array.isArray(parts) || parts.length !== 2) throw new ParleyError("invalid", "cursor: is not valid");
  const [id, name]: readonly unknown[] = parts;
  if (typeof id !== "string" || typeof name !== "string") throw new ParleyError("invalid", "cursor: is not valid");
  return { id, name };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
