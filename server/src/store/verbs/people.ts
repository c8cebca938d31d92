import type { User, UserId } from "@parley/protocol/model";
import type { PeopleCursor } from "../accounts.ts";
import type { Reads } from "../store.ts";
import { fold, toWords } from "../words.ts";
import { toUser, type UserRow, userColumns } from "./rows.ts";
import { all, type Input, type Verb } from "./verb.ts";

/** More words than this narrow nothing down, and every number of them is a statement of its own. */
const maxWords = 6;
/** Comes after whatever else a word may go on with. */
const last = "\u{10ffff}";

/** The ids of all whose name a query fits, as a statement; null when it has no word, so that it fits nobody. */
export function namedLike(query: string): { readonly sql: string; readonly params: readonly string[] } | null {
  const words = toWords(query).slice(0, maxWords);
  if (words.length === 0) return null;
  // Each word asked for is the beginning of a word of the name: a range of the index.
  return {
    sql: words.map(() => "SELECT user_id FROM user_words WHERE word >= ? AND word < ?").join(" INTERSECT "),
    params: words.flatMap((word) => [word, word + last]),
  };
}

export function* listPeople({ query, cursor, limit }: Input<Reads["listPeople"]>): Verb<{
  readonly users: readonly User[];
  readonly cursor: PeopleCursor | null;
}> {
  const named = namedLike(query);
  if (!named && query.trim() !== "") return { users: [], cursor: null };
  const rows = yield* all<UserRow & { name_key: string }>(
    `SELECT ${userColumns}, users.name_key FROM users WHERE (users.name_key, users.id) > (?, ?) AND users.deactivated_at IS NULL
     ${named ? `AND users.id IN (${named.sql})` : ""}
     ORDER BY users.name_key, users.id LIMIT ?`,
    cursor?.name ?? "",
    cursor?.id ?? "",
    ...(named?.params ?? []),
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const end = rows.length > limit ? page.at(-1) : undefined;
  return { users: page.map(toUser), cursor: end ? { name: end.name_key, id: end.user_id } : null };
}

/** Lets someone be found by the name that they have now. */
export function* putNameWords(
  userId: UserId,
  name: { readonly displayName: string; readonly username: string },
): Verb<void> {
  yield* all("UPDATE users SET name_key = ? WHERE id = ?", fold(name.displayName), userId);
  yield* all("DELETE FROM user_words WHERE user_id = ?", userId);
  for (const word of toWords(`${name.displayName} ${name.username}`)) {
    yield* all("INSERT INTO user_words (word, user_id) VALUES (?, ?)", word, userId);
  }
}
