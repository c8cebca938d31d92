import { type User, type UserId, userTopic } from "@parley/protocol/model";
import type { Account } from "../accounts.ts";
import type { NewReset } from "../administration.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { record } from "./audit.ts";
import { toAccount, toOwnUser, type UserRow, userColumns } from "./rows.ts";
import { endSessions, insertSession } from "./sessions.ts";
import { findTarget, toTarget } from "./standing.ts";
import { findActive } from "./users.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

export function* findReset({ tokenHash, at }: Input<Reads["findReset"]>): Verb<Account | null> {
  const row = yield* findUser(tokenHash, at);
  return row ? toAccount(row) : null;
}

export function* createReset(
  _transaction: Transaction,
  act: Input<Writes["createReset"]>,
): Verb<Outcome<null, "not_found" | "not_allowed">> {
  const row = yield* findTarget(act);
  if (typeof row === "string") return refuse(row);
  const { mailedTo = null } = act;
  if (row.deactivated_at !== null) return refuse("not_allowed");
  if (mailedTo !== null && (mailedTo !== row.email || row.email_verified === 0)) return refuse("not_allowed");
  yield* putReset(act.userId, act.reset, mailedTo);
  const made = mailedTo === null ? "password.link_made" : "password.link_mailed";
  yield* record({ act: made, by: act.by, target: toTarget(row), at: act.at });
  return done(null);
}

export function* redeemReset(
  transaction: Transaction,
  { tokenHash, passwordHash, session, at }: Input<Writes["redeemReset"]>,
): Verb<Outcome<User, "reset_unusable">> {
  const user = yield* findUser(tokenHash, at);
  if (!user) return refuse("reset_unusable");
  const ended = yield* setPassword(user.user_id, { passwordHash, keep: null, at });
  const created = yield* insertSession(user.user_id, session, ended.seq, at);
  transaction.announce(userTopic(user.user_id), ended.seq, {
    users: [ended.user],
    sessions: [...ended.sessions, created],
  });
  const by = { userId: user.user_id, address: session.address };
  yield* record({ act: "password.reset", by, target: toTarget(user), at });
  return done(ended.user);
}

export function* putPassword(
  transaction: Transaction,
  { userId, before, passwordHash, keep, by, at }: Input<Writes["putPassword"]>,
): Verb<Outcome<null, "bad_credentials">> {
  const user = yield* findActive(userId);
  if (user?.password_hash !== before) return refuse("bad_credentials");
  const ended = yield* setPassword(userId, { passwordHash, keep, at });
  transaction.announce(userTopic(userId), ended.seq, { users: [ended.user], sessions: ended.sessions });
  yield* record({ act: "password.changed", by, target: toTarget(user), at });
  return done(null);
}

/** The one link of a user: it takes the place of the one before. */
export function* putReset(
  userId: UserId,
  { tokenHash, expiresAt }: NewReset,
  mailedTo: string | null = null,
): Verb<void> {
  yield* all(
    `INSERT INTO resets (user_id, token_hash, expires_at, mailed_to) VALUES (?, ?, ?, ?)
     ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at,
       mailed_to = excluded.mailed_to`,
    userId,
    tokenHash,
    expiresAt,
    mailedTo,
  );
}

const findUser = (tokenHash: string, at: number): Verb<UserRow | undefined> =>
  first(
    `SELECT ${userColumns} FROM resets JOIN users ON users.id = resets.user_id
     WHERE resets.token_hash = ? AND resets.expires_at > ? AND users.deactivated_at IS NULL
       AND (resets.mailed_to IS NULL OR resets.mailed_to = users.email)`,
    tokenHash,
    at,
  );

/** With a new password everything that the old one opened is over, and so is the link. The caller announces it. */
function* setPassword(
  userId: UserId,
  { passwordHash, keep, at }: { readonly passwordHash: string; readonly keep: string | null; readonly at: number },
) {
  const row = yield* one<UserRow>(
    `UPDATE users SET password_hash = ?, pending_email = NULL, head = head + 1, seq = head + 1 WHERE id = ?
     RETURNING ${userColumns}`,
    passwordHash,
    userId,
  );
  yield* all("DELETE FROM resets WHERE user_id = ?", userId);
  const sessions = yield* endSessions(userId, { keep, seq: row.user_seq, at });
  return { user: toOwnUser(row), seq: row.user_seq, sessions };
}
