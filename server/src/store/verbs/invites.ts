import type { InvitePreview, Room, RoomKind, UserId } from "@parley/protocol/model";
import type { Outcome } from "../outcome.ts";
import type { InviteRecord } from "../rooms.ts";
import type { Reads, Writes } from "../store.ts";
import { record } from "./audit.ts";
import { addMember, hasSpace, toOwnRoom } from "./memberships.ts";
import { type InviteRow, inviteColumns, type RoomRow, roomColumns, toInvite } from "./rows.ts";
import { findPower, findPowerOver, findStanding, toRoomTarget } from "./standing.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

/** With one parameter, the time. Invites of a removed room are revoked. */
export const usable = `invites.revoked_at IS NULL AND (invites.expires_at IS NULL OR invites.expires_at > ?)
  AND (invites.max_uses IS NULL OR invites.uses < invites.max_uses)`;

export function* findInvite({ code, userId, at }: Input<Reads["findInvite"]>): Verb<{
  readonly invite: InviteRecord;
  readonly preview: InvitePreview;
  readonly roomKind: RoomKind;
} | null> {
  const row = yield* first<InviteRow & RoomRow & { workspace: string; inviter: string; joined: number }>(
    `SELECT ${inviteColumns}, ${roomColumns}, workspace.name AS workspace, users.display_name AS inviter,
       (SELECT count(*) FROM memberships WHERE memberships.room_id = rooms.id AND memberships.user_id = ?
        AND memberships.left_at IS NULL) AS joined
     FROM invites JOIN rooms ON rooms.id = invites.room_id JOIN users ON users.id = invites.created_by
     CROSS JOIN workspace WHERE workspace.id = 1 AND invites.code = ? AND ${usable} AND rooms.archived_at IS NULL`,
    userId,
    code,
    at,
  );
  if (!row || (userId !== null && (yield* isRemovedSince(row, userId)))) return null;
  const { room_id: id, slug, room_name: name, description, member_count: memberCount } = row;
  const room = { id, slug, name, description, memberCount };
  const preview = { code, workspace: row.workspace, room, invitedBy: row.inviter, joined: row.joined > 0 };
  return { invite: toInvite(row), preview, roomKind: row.room_kind };
}

export function* listInvites({ roomId, at }: Input<Reads["listInvites"]>): Verb<readonly InviteRecord[]> {
  const rows = yield* all<InviteRow>(
    `SELECT ${inviteColumns} FROM invites WHERE invites.room_id = ? AND ${usable}
     ORDER BY invites.created_at DESC, invites.code`,
    roomId,
    at,
  );
  return rows.map(toInvite);
}

export function* createInvite(
  _transaction: Transaction,
  input: Input<Writes["createInvite"]>,
): Verb<Outcome<InviteRecord, "not_found" | "not_allowed" | "room_archived" | "limit_reached">> {
  const power = yield* findPower(input.roomId, input.userId);
  if (!power.ok) return power;
  const { room } = power.value;
  if (room.archived_at !== null) return refuse("room_archived");
  // Those that have ended by themselves are put aside, so that a room never has many to look through.
  yield* all(
    `UPDATE invites SET revoked_at = ? WHERE room_id = ? AND revoked_at IS NULL AND NOT (${usable})`,
    input.at,
    input.roomId,
    input.at,
  );
  const { open } = yield* one<{ open: number }>(
    "SELECT count(*) AS open FROM invites WHERE room_id = ? AND revoked_at IS NULL",
    input.roomId,
  );
  if (open >= input.keep) return refuse("limit_reached");
  const row = yield* one<InviteRow>(
    `INSERT INTO invites (code, room_id, room_head, created_by, created_at, expires_at, max_uses, uses)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0) RETURNING ${inviteColumns}`,
    input.code,
    input.roomId,
    room.room_head,
    input.userId,
    input.at,
    input.expiresAt,
    input.maxUses,
  );
  return done(toInvite(row));
}

export function* revokeInvite(
  _transaction: Transaction,
  { code, anywhere, by, at }: Input<Writes["revokeInvite"]>,
): Verb<Outcome<null, "invite_unusable" | "not_allowed">> {
  const invite = yield* findUsableInvite(code, at);
  if (!invite) return refuse("invite_unusable");
  const power = yield* findPowerOver(invite.room_id, { by, anywhere });
  // To whom the room does not exist, its invites are unknown.
  if (!power.ok) return refuse(power.refusal === "not_found" ? "invite_unusable" : "not_allowed");
  yield* all("UPDATE invites SET revoked_at = ? WHERE code = ?", at, code);
  // Whoever reads the log must not be able to use what it names.
  yield* record({ act: "invite.revoked", by, target: toRoomTarget(invite), at });
  return done(null);
}

export function* redeemInvite(
  transaction: Transaction,
  { code, userId, at }: Input<Writes["redeemInvite"]>,
): Verb<Outcome<Room, "invite_unusable" | "limit_reached">> {
  const invite = yield* first<InviteRow>(`SELECT ${inviteColumns} FROM invites WHERE invites.code = ?`, code);
  const room = invite && (yield* findStanding(invite.invite_room_id, userId));
  if (!room) return refuse("invite_unusable");
  // Who took the last use and asks again is in, and no longer needs one.
  if (room.standing !== null) return done(yield* toOwnRoom(room, userId));
  if (!(yield* findUsableInvite(code, at)) || (yield* isRemovedSince(invite, userId))) return refuse("invite_unusable");
  if (!(yield* hasSpace(room, userId))) return refuse("limit_reached");
  yield* countUse(code);
  return done(yield* addMember(transaction, { roomId: room.room_id, userId, role: "member", at }));
}

/** An invite that would let someone in now, and the room it leads to. */
export const findUsableInvite = (code: string, at: number): Verb<(InviteRow & RoomRow) | undefined> =>
  first(
    `SELECT ${inviteColumns}, ${roomColumns} FROM invites JOIN rooms ON rooms.id = invites.room_id
     WHERE invites.code = ? AND ${usable} AND rooms.archived_at IS NULL`,
    code,
    at,
  );

/** Whether someone was removed from the room after the invite was made: it does not bring them back. */
function* isRemovedSince(invite: InviteRow, userId: UserId): Verb<boolean> {
  const removed = yield* first(
    "SELECT removed_seq FROM memberships WHERE room_id = ? AND user_id = ? AND removed_seq > ?",
    invite.invite_room_id,
    userId,
    invite.invite_room_head,
  );
  return removed !== undefined;
}

/** Counts a use of an invite that the caller has found usable in this transaction. */
export function* countUse(code: string): Verb<void> {
  yield* one("UPDATE invites SET uses = uses + 1 WHERE code = ? RETURNING code", code);
}
