import type { UserAct } from "../administration.ts";
import { type UserRow, userColumns } from "./rows.ts";
import { first, type Verb } from "./verb.ts";

/** What those who act on others were when that was decided, looked up once more in the transaction that does it. */

export const toTarget = (row: UserRow) => ({ kind: "user", id: row.user_id, name: row.username }) as const;

/** The user whom an act concerns, if both sides still are what the caller has decided on. */
export function* findTarget({ userId, userRole, by }: UserAct): Verb<UserRow | "not_found" | "not_allowed"> {
  const row = yield* first<UserRow>(`SELECT ${userColumns} FROM users WHERE users.id = ?`, userId);
  if (!row) return "not_found";
  return row.user_role === userRole && (yield* isStill(by)) ? row : "not_allowed";
}

export function* isStill({ userId, role }: UserAct["by"]): Verb<boolean> {
  if (userId === null) return true;
  const actor = yield* first("SELECT id FROM users WHERE id = ? AND role = ? AND deactivated_at IS NULL", userId, role);
  return actor !== undefined;
}
