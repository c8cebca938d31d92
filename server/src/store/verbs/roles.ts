import type { Membership, RoomId, UserId } from "@parley/protocol/model";
import type { Outcome } from "../outcome.ts";
import type { Writes } from "../store.ts";
import { record } from "./audit.ts";
import { revokeLostInvitesOf } from "./lost-invites.ts";
import { changeRole, endMembership, removeMembership } from "./memberships.ts";
import { type MembershipRow, membershipColumns, toMembership } from "./rows.ts";
import { findPower, toRoomTarget } from "./standing.ts";
import { done, first, type Input, refuse, type Transaction, type Verb } from "./verb.ts";

export function* putRole(
  transaction: Transaction,
  { roomId, userId, member, role, address, at }: Input<Writes["putRole"]>,
): Verb<Outcome<Membership, "not_found" | "not_allowed">> {
  const power = yield* findPower(roomId, userId);
  if (!power.ok) return power;
  const before = yield* findMember(roomId, member);
  if (!before) return refuse("not_found");
  if (before.membership_role === role) return done(toMembership(before));
  if (role === "owner") {
    if (power.value.role !== "owner") return refuse("not_allowed");
    const owner = yield* first<{ user_id: UserId }>(
      "SELECT user_id FROM memberships WHERE room_id = ? AND role = 'owner' AND left_at IS NULL",
      roomId,
    );
    if (owner) yield* changeRole(transaction, { roomId, userId: owner.user_id, role: "admin" });
  } else if (before.membership_role === "owner") {
    // A room has an owner: who wants to be it no more hands it over.
    return refuse("not_allowed");
  }
  const after = yield* changeRole(transaction, { roomId, userId: before.user_id, role });
  yield* revokeLostInvitesOf(before.user_id, at);
  const { username } = after.user;
  yield* record({
    ...(role === "owner"
      ? { act: "room.handed_over", detail: username }
      : { act: "room.role_changed", detail: `${username}: ${before.membership_role} → ${role}` }),
    by: { userId, address },
    target: toRoomTarget(power.value.room),
    concerns: before.user_id,
    at,
  });
  return done(after);
}

export function* removeMember(
  transaction: Transaction,
  { roomId, userId, member, address, at }: Input<Writes["removeMember"]>,
): Verb<Outcome<null, "not_found" | "not_allowed">> {
  const target = yield* findMember(roomId, member);
  if (target?.user_id === userId) return yield* removeMembership(transaction, { roomId, userId, at });
  const power = yield* findPower(roomId, userId);
  if (!power.ok) return power;
  if (!target) return refuse("not_found");
  if (target.membership_role === "owner") return refuse("not_allowed");
  yield* endMembership(transaction, { roomId, userId: target.user_id, removed: true, at });
  const { user } = toMembership(target);
  yield* record({
    act: "room.member_removed",
    by: { userId, address },
    target: toRoomTarget(power.value.room),
    concerns: user.id,
    detail: user.username,
    at,
  });
  return done(null);
}

/** `reference` is an id or a user name; ids come first, since a user name may look like one. */
function* findMember(roomId: RoomId, reference: string): Verb<MembershipRow | undefined> {
  const find = (where: string, value: string): Verb<MembershipRow | undefined> =>
    first(
      `SELECT ${membershipColumns} FROM memberships JOIN users ON users.id = memberships.user_id
       WHERE memberships.room_id = ? AND memberships.left_at IS NULL AND ${where}`,
      roomId,
      value,
    );
  return (
    (yield* find("memberships.user_id = ?", reference)) ??
    (yield* find("memberships.username_lower = ?", reference.toLowerCase()))
  );
}
