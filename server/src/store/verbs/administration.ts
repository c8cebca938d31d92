import { type InviteListing, type User, type UserRecord, userTopic } from "@parley/protocol/model";
import type { Account } from "../accounts.ts";
import type { Page, StoreOverview } from "../administration.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { record } from "./audit.ts";
import { usable } from "./invites.ts";
import { revokeLostInvitesOf } from "./lost-invites.ts";
import { addMember, hasSpace } from "./memberships.ts";
import { toPage, toPattern } from "./pages.ts";
import { putReset } from "./resets.ts";
import { createDefaultRoom, findDefaultRoom } from "./rooms.ts";
import {
  type AuthorRow,
  authorColumns,
  type InviteRow,
  inviteColumns,
  toAccount,
  toAuthor,
  toInvite,
  toOwnUser,
  toTimestamp,
  toUser,
  type UserRow,
  userColumns,
} from "./rows.ts";
import { endSessions } from "./sessions.ts";
import { findTarget, isStill, toTarget } from "./standing.ts";
import { countFiles } from "./storage.ts";
import { nextUserSeq } from "./topics.ts";
import { announceToWorkspace, insertUser, isEmailTaken, isUsernameTaken } from "./users.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";
import { countUser, findWorkspace } from "./workspace.ts";

export function* findAccount({ reference }: Input<Reads["findAccount"]>): Verb<Account | null> {
  // Ids come first: a user name may look like one.
  const row = yield* first<UserRow>(
    `SELECT ${userColumns} FROM users WHERE users.id = ? OR lower(users.username) = ?
     ORDER BY CASE WHEN users.id = ? THEN 0 ELSE 1 END LIMIT 1`,
    reference,
    reference.toLowerCase(),
    reference,
  );
  return row ? toAccount(row) : null;
}

export function* listUserRecords({ q, cursor, limit, at }: Input<Reads["listUserRecords"]>): Verb<Page<UserRecord>> {
  const rows = yield* all<UserRow & { sessions: number; seen_at: number | null }>(
    `SELECT ${userColumns},
       (SELECT count(*) FROM sessions WHERE sessions.user_id = users.id AND sessions.revoked_at IS NULL
        AND sessions.expires_at > ?) AS sessions,
       (SELECT max(sessions.last_seen_at) FROM sessions WHERE sessions.user_id = users.id) AS seen_at
     FROM users WHERE lower(users.username) > ? AND (lower(users.username) LIKE ? ESCAPE '!'
       OR lower(users.display_name) LIKE ? ESCAPE '!' OR users.email LIKE ? ESCAPE '!')
     ORDER BY lower(users.username) LIMIT ?`,
    at,
    cursor ?? "",
    toPattern(q),
    toPattern(q),
    toPattern(q),
    limit + 1,
  );
  return toPage(rows, limit, (row) => row.username.toLowerCase(), toUserRecord);
}

function toUserRecord(row: UserRow & { readonly sessions: number; readonly seen_at: number | null }): UserRecord {
  return {
    ...toUser(row),
    email: row.email,
    sessions: row.sessions,
    ...(row.seen_at !== null && { lastSeenAt: toTimestamp(row.seen_at) }),
  };
}

export function* listAllInvites({ cursor, limit, at }: Input<Reads["listAllInvites"]>): Verb<Page<InviteListing>> {
  const rows = yield* all<InviteRow & AuthorRow & { slug: string; room_name: string }>(
    `SELECT ${inviteColumns}, rooms.slug, rooms.name AS room_name, ${authorColumns}
     FROM invites JOIN rooms ON rooms.id = invites.room_id JOIN users ON users.id = invites.created_by
     WHERE invites.code > ? AND ${usable} ORDER BY invites.code LIMIT ?`,
    cursor ?? "",
    at,
    limit + 1,
  );
  return toPage(
    rows,
    limit,
    (row) => row.code,
    (row) => {
      const { code, maxUses, uses, createdAt, expiresAt, room } = toInvite(row);
      return {
        code,
        room: { id: room, slug: row.slug, name: row.room_name },
        createdBy: toAuthor(row),
        createdAt: toTimestamp(createdAt),
        expiresAt: expiresAt === null ? null : toTimestamp(expiresAt),
        maxUses,
        uses,
      };
    },
  );
}

export function* getOverview(sizeOfDatabase: string, { at }: Input<Reads["getOverview"]>): Verb<StoreOverview> {
  const { user_count } = yield* findWorkspace();
  const { deactivated } = yield* one<{ deactivated: number }>(
    "SELECT count(*) AS deactivated FROM users WHERE deactivated_at IS NOT NULL",
  );
  const { signed_in } = yield* one<{ signed_in: number }>(
    "SELECT count(DISTINCT user_id) AS signed_in FROM sessions WHERE revoked_at IS NULL AND expires_at > ?",
    at,
  );
  const rooms = yield* one<{ open: number; closed: number; messages: number }>(
    `SELECT coalesce(sum(CASE kind WHEN 'public' THEN 1 ELSE 0 END), 0) AS open,
       coalesce(sum(CASE WHEN kind <> 'public' AND direct_key IS NULL THEN 1 ELSE 0 END), 0) AS closed,
       coalesce(sum(last_message_id), 0) AS messages FROM rooms WHERE deleted_at IS NULL`,
  );
  const { bytes } = yield* one<{ bytes: number }>(sizeOfDatabase);
  return {
    users: { active: user_count - deactivated, deactivated, signedIn: signed_in },
    rooms: { public: rooms.open, private: rooms.closed },
    messages: rooms.messages,
    databaseBytes: bytes,
    files: yield* countFiles(),
  };
}

export function* createUser(
  transaction: Transaction,
  input: Input<Writes["createUser"]>,
): Verb<Outcome<User, "username_taken" | "email_taken" | "limit_reached" | "not_allowed">> {
  const { userId, by, at } = input;
  const founding = (yield* findWorkspace()).user_count === 0;
  const email = input.email?.toLowerCase() ?? null;
  if (!(yield* isStill(by))) return refuse("not_allowed");
  if (yield* isUsernameTaken(input.username, input.usernameKey)) return refuse("username_taken");
  if (email !== null && (yield* isEmailTaken(email))) return refuse("email_taken");
  const room = founding ? null : yield* findDefaultRoom();
  if (room && !(yield* hasSpace(room, userId))) return refuse("limit_reached");

  const row = yield* insertUser({ ...input, email, role: founding ? "owner" : input.role });
  transaction.announce(userTopic(userId), row.user_seq, { users: [toOwnUser(row)] });
  if (room) yield* addMember(transaction, { roomId: room.room_id, userId, role: "member", at });
  else yield* createDefaultRoom(transaction, { id: input.defaultRoomId, userId, at });
  yield* announceToWorkspace(transaction, row);
  yield* countUser(transaction);
  yield* putReset(userId, input.reset);
  yield* record({ act: "user.created", by, target: toTarget(row), detail: row.user_role, at });
  return done(toUser(row));
}

export function* deactivateUser(
  transaction: Transaction,
  act: Input<Writes["deactivateUser"]>,
): Verb<Outcome<User, "not_found" | "not_allowed">> {
  const before = yield* findTarget(act);
  if (typeof before === "string") return refuse(before);
  if (before.deactivated_at !== null) return done(toUser(before));
  if (yield* isLastOwner(before)) return refuse("not_allowed");
  const row = yield* one<UserRow>(
    `UPDATE users SET deactivated_at = ?, head = head + 1, seq = head + 1 WHERE id = ? RETURNING ${userColumns}`,
    act.at,
    act.userId,
  );
  const sessions = yield* endSessions(act.userId, { keep: null, seq: row.user_seq, at: act.at });
  yield* all("DELETE FROM resets WHERE user_id = ?", act.userId);
  yield* revokeLostInvitesOf(act.userId, act.at);
  transaction.announce(userTopic(act.userId), row.user_seq, { users: [toOwnUser(row)], sessions });
  yield* announceToWorkspace(transaction, row);
  yield* record({ act: "user.deactivated", by: act.by, target: toTarget(row), at: act.at });
  return done(toUser(row));
}

export function* reactivateUser(
  transaction: Transaction,
  act: Input<Writes["reactivateUser"]>,
): Verb<Outcome<User, "not_found" | "not_allowed">> {
  const before = yield* findTarget(act);
  if (typeof before === "string") return refuse(before);
  if (before.deactivated_at === null) return done(toUser(before));
  const row = yield* one<UserRow>(
    `UPDATE users SET deactivated_at = NULL, head = head + 1, seq = head + 1 WHERE id = ? RETURNING ${userColumns}`,
    act.userId,
  );
  transaction.announce(userTopic(act.userId), row.user_seq, { users: [toOwnUser(row)] });
  yield* announceToWorkspace(transaction, row);
  yield* record({ act: "user.reactivated", by: act.by, target: toTarget(row), at: act.at });
  return done(toUser(row));
}

export function* putUserRole(
  transaction: Transaction,
  act: Input<Writes["putUserRole"]>,
): Verb<Outcome<User, "not_found" | "not_allowed">> {
  const before = yield* findTarget(act);
  if (typeof before === "string") return refuse(before);
  if (before.user_role === act.role) return done(toUser(before));
  if (yield* isLastOwner(before)) return refuse("not_allowed");
  const row = yield* one<UserRow>(
    `UPDATE users SET role = ?, head = head + 1, seq = head + 1 WHERE id = ? RETURNING ${userColumns}`,
    act.role,
    act.userId,
  );
  transaction.announce(userTopic(act.userId), row.user_seq, { users: [toOwnUser(row)] });
  yield* announceToWorkspace(transaction, row);
  yield* revokeLostInvitesOf(act.userId, act.at);
  const detail = `${before.user_role} → ${act.role}`;
  yield* record({ act: "user.role_changed", by: act.by, target: toTarget(row), detail, at: act.at });
  return done(toUser(row));
}

export function* revokeSessions(
  transaction: Transaction,
  act: Input<Writes["revokeSessions"]>,
): Verb<Outcome<null, "not_found" | "not_allowed">> {
  const row = yield* findTarget(act);
  if (typeof row === "string") return refuse(row);
  const seq = yield* nextUserSeq(act.userId);
  const sessions = yield* endSessions(act.userId, { keep: null, seq, at: act.at });
  transaction.announce(userTopic(act.userId), seq, { sessions });
  yield* record({ act: "user.signed_out", by: act.by, target: toTarget(row), at: act.at });
  return done(null);
}

function* isLastOwner({ user_id, user_role, deactivated_at }: UserRow): Verb<boolean> {
  if (user_role !== "owner" || deactivated_at !== null) return false;
  const other = yield* first(
    "SELECT id FROM users WHERE role = 'owner' AND deactivated_at IS NULL AND id <> ? LIMIT 1",
    user_id,
  );
  return other === undefined;
}
