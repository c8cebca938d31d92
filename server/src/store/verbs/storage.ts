import type { FilePurpose, Overview, StorageRecord, UserId } from "@parley/protocol/model";
import type { Page } from "../administration.ts";
import type { Reads } from "../store.ts";
import { toPage } from "./pages.ts";
import { type AuthorRow, authorColumns, toAuthor } from "./rows.ts";
import { all, type Input, type Verb } from "./verb.ts";

/** What files take: counted with each row of `files` that comes, changes or goes, so that nobody has to add them up. */

export function* countStored(
  userId: UserId,
  purpose: FilePurpose,
  change: { readonly files: number; readonly bytes: number },
): Verb<void> {
  yield* all("UPDATE users SET stored_bytes = stored_bytes + ? WHERE id = ?", change.bytes, userId);
  yield* all(
    "UPDATE stored_files SET files = files + ?, bytes = bytes + ? WHERE purpose = ?",
    change.files,
    change.bytes,
    purpose,
  );
}

export function* countFiles(): Verb<Overview["storage"]["files"]> {
  const rows = yield* all<{ purpose: FilePurpose; files: number; bytes: number }>(
    "SELECT purpose, files, bytes FROM stored_files",
  );
  const of = (purpose: FilePurpose) => {
    const row = rows.find((each) => each.purpose === purpose);
    return { count: row?.files ?? 0, bytes: row?.bytes ?? 0 };
  };
  return { attachment: of("attachment"), avatar: of("avatar"), picture: of("picture") };
}

export function* listStorage({ cursor, limit }: Input<Reads["listStorage"]>): Verb<Page<StorageRecord>> {
  const [after, userId = ""] = cursor?.split("-") ?? [];
  const bytes = after === undefined ? Number.MAX_SAFE_INTEGER : Number(after);
  const rows = yield* all<AuthorRow & { stored_bytes: number }>(
    `SELECT ${authorColumns}, users.stored_bytes FROM users
     WHERE users.stored_bytes > 0 AND users.stored_bytes <= ? AND (users.stored_bytes < ? OR users.id > ?)
     ORDER BY users.stored_bytes DESC, users.id LIMIT ?`,
    bytes,
    bytes,
    userId,
    limit + 1,
  );
  return toPage(
    rows,
    limit,
    (row) => `${row.stored_bytes}-${row.user_id}`,
    (row) => ({ user: toAuthor(row), bytes: row.stored_bytes }),
  );
}
