import { type Seq, type Session, type UserId, userTopic } from "@parley/protocol/model";
import type { NewSession, SignedIn } from "../accounts.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { record } from "./audit.ts";
import { type SessionRow, sessionColumns, toAccount, toSession, type UserRow, userColumns } from "./rows.ts";
import { toTarget } from "./standing.ts";
import { nextUserSeq } from "./topics.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

/** How long an ended session stays known, so that a client that was away learns of its end. */
const endedForMs = 90 * 24 * 60 * 60 * 1000;

export function* findSession({ tokenHash, at }: Input<Reads["findSession"]>): Verb<SignedIn | null> {
  const row = yield* first<SessionRow & UserRow>(
    `SELECT ${sessionColumns}, ${userColumns} FROM sessions JOIN users ON users.id = sessions.user_id
     WHERE sessions.token_hash = ? AND sessions.revoked_at IS NULL AND sessions.expires_at > ?
       AND users.deactivated_at IS NULL`,
    tokenHash,
    at,
  );
  return row ? { user: toAccount(row), session: toSession(row) } : null;
}

export function* listSessions({ userId, at }: Input<Reads["listSessions"]>): Verb<readonly Session[]> {
  const rows = yield* all<SessionRow>(
    `SELECT ${sessionColumns} FROM sessions WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ?
     ORDER BY last_seen_at DESC, seq DESC`,
    userId,
    at,
  );
  return rows.map(toSession);
}

export function* createSession(
  transaction: Transaction,
  { userId, passwordHash, session, keep, at }: Input<Writes["createSession"]>,
): Verb<Outcome<Session, "bad_credentials">> {
  const user = yield* first<UserRow>(
    `SELECT ${userColumns} FROM users WHERE id = ? AND password_hash = ? AND deactivated_at IS NULL`,
    userId,
    passwordHash,
  );
  if (!user) return refuse("bad_credentials");
  yield* all("DELETE FROM sessions WHERE user_id = ? AND revoked_at < ?", userId, at - endedForMs);
  yield* all(
    "DELETE FROM sessions WHERE user_id = ? AND revoked_at IS NULL AND expires_at < ?",
    userId,
    at - endedForMs,
  );
  const seq = yield* nextUserSeq(userId);
  const revoked = yield* all<SessionRow>(
    `UPDATE sessions SET revoked_at = ?, seq = ? WHERE id IN
       (SELECT ranked.id FROM (SELECT id, row_number() OVER (ORDER BY last_seen_at DESC, seq DESC) AS place
        FROM sessions WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ?) AS ranked WHERE ranked.place >= ?)
     RETURNING ${sessionColumns}`,
    at,
    seq,
    userId,
    at,
    keep,
  );
  const created = yield* insertSession(userId, session, seq, at);
  transaction.announce(userTopic(userId), seq, { sessions: [...revoked.map(toSession), created] });
  if (user.user_role !== "member") {
    const by = { userId, address: session.address };
    yield* record({ act: "session.opened", by, target: toTarget(user), at });
  }
  return done(created);
}

export function* touchSession(
  _transaction: Transaction,
  { id, expiresAt, at }: Input<Writes["touchSession"]>,
): Verb<null> {
  yield* all(
    "UPDATE sessions SET last_seen_at = ?, expires_at = ? WHERE id = ? AND revoked_at IS NULL",
    at,
    expiresAt,
    id,
  );
  return null;
}

export function* revokeSession(
  transaction: Transaction,
  { id, userId, at }: Input<Writes["revokeSession"]>,
): Verb<Outcome<null, "not_found">> {
  const open = yield* first("SELECT id FROM sessions WHERE id = ? AND user_id = ? AND revoked_at IS NULL", id, userId);
  if (!open) return refuse("not_found");
  const seq = yield* nextUserSeq(userId);
  const row = yield* one<SessionRow>(
    `UPDATE sessions SET revoked_at = ?, seq = ? WHERE id = ? RETURNING ${sessionColumns}`,
    at,
    seq,
    id,
  );
  transaction.announce(userTopic(userId), seq, { sessions: [toSession(row)] });
  return done(null);
}

/** Ends the open sessions of a user, but for one, under a number of their topic that the caller has taken and announces. */
export function* endSessions(
  userId: UserId,
  { keep, seq, at }: { readonly keep: string | null; readonly seq: Seq; readonly at: number },
): Verb<readonly Session[]> {
  const rows = yield* all<SessionRow>(
    `UPDATE sessions SET revoked_at = ?, seq = ? WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? AND id <> ?
     RETURNING ${sessionColumns}`,
    at,
    seq,
    userId,
    at,
    keep ?? "",
  );
  return rows.map(toSession);
}

/** Adds a session under a number of its user's topic that the caller has taken and announces. */
export function* insertSession(userId: UserId, session: NewSession, seq: Seq, at: number): Verb<Session> {
  const row = yield* one<SessionRow>(
    `INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at, user_agent, address, seq)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING ${sessionColumns}`,
    session.id,
    session.tokenHash,
    userId,
    at,
    at,
    session.expiresAt,
    session.userAgent,
    session.address,
    seq,
  );
  return toSession(row);
}
