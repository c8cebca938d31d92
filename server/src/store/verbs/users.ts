import { type Role, type User, type UserId, userTopic, workspaceTopic } from "@parley/protocol/model";
import type { Account, NewUser } from "../accounts.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { countUse, findUsableInvite } from "./invites.ts";
import { addMember, hasSpace } from "./memberships.ts";
import { putNameWords } from "./people.ts";
import { createDefaultRoom, findDefaultRoom } from "./rooms.ts";
import { toAccount, toOwnUser, toUser, type UserRow, userColumns } from "./rows.ts";
import { insertSession } from "./sessions.ts";
import { nextWorkspaceSeq } from "./topics.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";
import { countUser, findWorkspace } from "./workspace.ts";

export function* findAccountByLogin({ login }: Input<Reads["findAccountByLogin"]>): Verb<Account | null> {
  const row = yield* first<UserRow>(
    `SELECT ${userColumns} FROM users WHERE lower(users.username) = ? OR users.email = ?`,
    login.toLowerCase(),
    login.toLowerCase(),
  );
  return row ? toAccount(row) : null;
}

export function* findUser({ reference }: Input<Reads["findUser"]>): Verb<User | null> {
  const byId = yield* first<UserRow>(`SELECT ${userColumns} FROM users WHERE users.id = ?`, reference);
  if (byId) return toUser(byId);
  const byName = yield* first<UserRow>(
    `SELECT ${userColumns} FROM users WHERE lower(users.username) = ?`,
    reference.toLowerCase(),
  );
  return byName ? toUser(byName) : null;
}

export function* createAccount(
  transaction: Transaction,
  input: Input<Writes["createAccount"]>,
): Verb<Outcome<User, "username_taken" | "email_taken" | "sign_up_closed" | "invite_unusable" | "limit_reached">> {
  const { userId, at } = input;
  const workspace = yield* findWorkspace();
  const founding = workspace.user_count === 0;
  const policy = workspace.sign_up ?? transaction.defaults.signUp;
  if (!founding && policy === "closed") return refuse("sign_up_closed");
  const invite = founding || input.invite === null ? undefined : yield* findUsableInvite(input.invite, at);
  if (!founding && !invite) {
    if (policy === "invite") return refuse("sign_up_closed");
    if (input.invite !== null) return refuse("invite_unusable");
  }
  const email = input.email?.toLowerCase() ?? null;
  if (yield* isUsernameTaken(input.username, input.usernameKey)) return refuse("username_taken");
  if (email !== null && (yield* isEmailTaken(email))) return refuse("email_taken");
  const rooms = founding ? [] : [yield* findDefaultRoom()];
  if (invite && invite.room_id !== rooms[0]?.room_id) rooms.push(invite);
  for (const room of rooms) if (!(yield* hasSpace(room, userId))) return refuse("limit_reached");

  const row = yield* insertUser({ ...input, email, role: founding ? "owner" : "member" });
  const session = yield* insertSession(userId, input.session, row.user_seq, at);
  transaction.announce(userTopic(userId), row.user_seq, { users: [toOwnUser(row)], sessions: [session] });
  if (founding) yield* createDefaultRoom(transaction, { id: input.defaultRoomId, userId, at });
  for (const room of rooms) yield* addMember(transaction, { roomId: room.room_id, userId, role: "member", at });
  if (invite) yield* countUse(invite.code);
  yield* announceToWorkspace(transaction, row);
  yield* countUser(transaction);
  return done(toOwnUser(row));
}

/** Adds a user, whom the caller announces. */
export function* insertUser(
  user: NewUser & { readonly role: Role; readonly pendingEmail?: string | null },
): Verb<UserRow> {
  const row = yield* one<UserRow>(
    `INSERT INTO users (id, username, username_key, email, pending_email, display_name, kind, role, password_hash,
     created_at, head, seq, workspace_seq) VALUES (?, ?, ?, ?, ?, ?, 'person', ?, ?, ?, 1, 1, 0) RETURNING ${userColumns}`,
    user.userId,
    user.username,
    user.usernameKey,
    user.email,
    user.pendingEmail ?? null,
    user.displayName,
    user.role,
    user.passwordHash,
    user.at,
  );
  yield* putNameWords(user.userId, user);
  return row;
}

export function* putUser(
  transaction: Transaction,
  input: Input<Writes["putUser"]>,
): Verb<Outcome<User, "not_signed_in">> {
  const before = yield* findActive(input.userId);
  if (!before) return refuse("not_signed_in");
  const displayName = input.displayName ?? before.display_name;
  const status = input.status === undefined ? before.status : input.status;
  // What one shares is one's own business: the workspace hears of the rest alone.
  const isSeen = displayName !== before.display_name || status !== before.status;
  const shares = input.sharesReceipts === undefined ? before.shares_receipts : Number(input.sharesReceipts);
  if (!isSeen && shares === before.shares_receipts) return done(toOwnUser(before));
  const row = yield* one<UserRow>(
    `UPDATE users SET display_name = ?, status = ?, shares_receipts = ?, head = head + 1, seq = head + 1 WHERE id = ?
     RETURNING ${userColumns}`,
    displayName,
    status,
    shares,
    input.userId,
  );
  if (displayName !== before.display_name) yield* putNameWords(row.user_id, { displayName, username: row.username });
  transaction.announce(userTopic(row.user_id), row.user_seq, { users: [toOwnUser(row)] });
  if (isSeen) yield* announceToWorkspace(transaction, row);
  return done(toOwnUser(row));
}

/** A user who is not deactivated. */
export const findActive = (userId: UserId): Verb<UserRow | undefined> =>
  first(`SELECT ${userColumns} FROM users WHERE users.id = ? AND users.deactivated_at IS NULL`, userId);

export function* isUsernameTaken(username: string, usernameKey: string): Verb<boolean> {
  const taken = yield* first(
    "SELECT id FROM users WHERE username_key = ? OR lower(username) = ?",
    usernameKey,
    username.toLowerCase(),
  );
  return taken !== undefined;
}

export function* isEmailTaken(email: string): Verb<boolean> {
  return (yield* first("SELECT id FROM users WHERE email = ?", email)) !== undefined;
}

export function* announceToWorkspace(transaction: Transaction, row: UserRow): Verb<void> {
  const seq = yield* nextWorkspaceSeq();
  yield* all("UPDATE users SET workspace_seq = ? WHERE id = ?", seq, row.user_id);
  transaction.announce(workspaceTopic, seq, { users: [toUser(row)] });
}
