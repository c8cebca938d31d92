import { type User, userTopic } from "@parley/protocol/model";
import type { VerificationRecord } from "../emails.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { record } from "./audit.ts";
import { toOwnUser, type UserRow, userColumns } from "./rows.ts";
import { toTarget } from "./standing.ts";
import { findActive, isEmailTaken } from "./users.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

export function* findVerification({
  tokenHash,
  at,
}: Input<Reads["findVerification"]>): Verb<VerificationRecord | null> {
  const row = yield* first<UserRow & { readonly address: string; readonly expires_at: number }>(
    `SELECT ${userColumns}, verifications.email AS address, verifications.expires_at
     FROM verifications JOIN users ON users.id = verifications.user_id
     WHERE verifications.token_hash = ? AND users.deactivated_at IS NULL`,
    tokenHash,
  );
  if (!row) return null;
  const found = { userId: row.user_id, username: row.username, email: row.address };
  if (row.address === row.email && row.email_verified === 1) return { ...found, state: "used" };
  if (!isToVerify(row, row.address)) return null;
  return { ...found, state: row.expires_at > at ? "open" : "expired" };
}

export function* putEmail(
  transaction: Transaction,
  { userId, before, email, waits, by, at }: Input<Writes["putEmail"]>,
): Verb<Outcome<User, "bad_credentials" | "email_taken">> {
  const user = yield* findActive(userId);
  if (user?.password_hash !== before) return refuse("bad_credentials");
  const isSame = email === user.email;
  if (isSame && user.pending_email === null) return done(toOwnUser(user));
  if (waits && !isSame) {
    const changes = { email: user.email, verified: user.email_verified, pending: email };
    return done(toOwnUser(yield* setEmail(transaction, userId, changes)));
  }
  if (email !== null && !isSame && (yield* isEmailTaken(email))) return refuse("email_taken");
  const row = yield* setEmail(transaction, userId, {
    email,
    verified: isSame ? user.email_verified : 0,
    pending: null,
  });
  if (!isSame) yield* record({ act: "email.changed", by, target: toTarget(row), at });
  return done(toOwnUser(row));
}

export function* createVerification(
  _transaction: Transaction,
  { userId, email, tokenHash, expiresAt }: Input<Writes["createVerification"]>,
): Verb<Outcome<null, "not_found">> {
  const user = yield* findActive(userId);
  if (!user || !isToVerify(user, email)) return refuse("not_found");
  yield* all(
    `INSERT INTO verifications (user_id, email, token_hash, expires_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, token_hash = excluded.token_hash,
       expires_at = excluded.expires_at`,
    userId,
    email,
    tokenHash,
    expiresAt,
  );
  return done(null);
}

export function* redeemVerification(
  transaction: Transaction,
  { tokenHash, address, at }: Input<Writes["redeemVerification"]>,
): Verb<
  Outcome<VerificationRecord, "verification_unusable" | "verification_expired" | "verification_used" | "email_taken">
> {
  const found = yield* findVerification({ tokenHash, at });
  if (!found) return refuse("verification_unusable");
  if (found.state !== "open") return refuse(`verification_${found.state}`);
  const { userId, email } = found;
  const by = { userId, address };
  const holder = yield* first<UserRow>(
    `SELECT ${userColumns} FROM users WHERE users.email = ? AND users.id <> ?`,
    email,
    userId,
  );
  if (holder?.email_verified === 1) return refuse("email_taken");
  if (holder) {
    const changes = { email: null, verified: 0, pending: holder.pending_email };
    yield* setEmail(transaction, holder.user_id, changes);
    yield* record({ act: "email.changed", by, target: toTarget(holder), at });
  }
  const row = yield* setEmail(transaction, userId, { email, verified: 1, pending: null });
  yield* record({ act: "email.verified", by, target: toTarget(row), at });
  return done({ ...found, state: "used" });
}

/** Whether a link may make this address the user's own: it waits, or is theirs without having been verified. */
function isToVerify(user: UserRow, email: string): boolean {
  return user.pending_email === email || (user.email === email && user.email_verified === 0);
}

/** An address is its user's own business: the workspace hears nothing of it. */
function* setEmail(
  transaction: Transaction,
  userId: string,
  {
    email,
    verified,
    pending,
  }: { readonly email: string | null; readonly verified: number; readonly pending: string | null },
): Verb<UserRow> {
  const row = yield* one<UserRow>(
    `UPDATE users SET email = ?, email_verified = ?, pending_email = ?, head = head + 1, seq = head + 1 WHERE id = ?
     RETURNING ${userColumns}`,
    email,
    verified,
    pending,
    userId,
  );
  transaction.announce(userTopic(userId), row.user_seq, { users: [toOwnUser(row)] });
  return row;
}
