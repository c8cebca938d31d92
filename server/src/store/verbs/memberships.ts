import { limits } from "@parley/protocol/limits";
import {
  type Membership,
  type Place,
  type Room,
  type RoomId,
  type RoomRole,
  roomTopic,
  type UserId,
  userTopic,
} from "@parley/protocol/model";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { revokeLostInvitesOf } from "./lost-invites.ts";
import { namedLike } from "./people.ts";
import { findPlace, sharesReceipts, startReceipt } from "./receipts.ts";
import { findPeople } from "./room-people.ts";
import {
  type MembershipRow,
  membershipColumns,
  type RoomRow,
  roomColumns,
  toMembership,
  toNotifyLevel,
  toRoom,
} from "./rows.ts";
import { findStanding } from "./standing.ts";
import { nextRoomSeq, nextUserSeq } from "./topics.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

export function* listMembers({ roomId, query = "", cursor, limit }: Input<Reads["listMembers"]>): Verb<{
  readonly members: readonly Membership[];
  readonly cursor: string | null;
}> {
  const named = namedLike(query);
  if (!named && query.trim() !== "") return { members: [], cursor: null };
  // The name is kept with the membership, so that a page of any room is one index range. User names never change. Where
  // names are asked for, those who have them are looked up in the room, however many others are in it.
  const rows = yield* all<MembershipRow>(
    `SELECT ${membershipColumns} FROM memberships JOIN users ON users.id = memberships.user_id
     JOIN rooms ON rooms.id = memberships.room_id AND rooms.deleted_at IS NULL
     WHERE ${named ? `(memberships.room_id, memberships.user_id) IN (SELECT ?, user_id FROM (${named.sql}) AS named)` : "memberships.room_id = ?"}
     AND memberships.left_at IS NULL AND memberships.username_lower > ? ORDER BY memberships.username_lower LIMIT ?`,
    roomId,
    ...(named?.params ?? []),
    cursor?.toLowerCase() ?? "",
    limit + 1,
  );
  const members = rows.slice(0, limit).map(toMembership);
  return { members, cursor: rows.length > limit ? (members.at(-1)?.user.username ?? null) : null };
}

export function* putMembership(
  transaction: Transaction,
  { roomId, userId, at }: Input<Writes["putMembership"]>,
): Verb<Outcome<Room, "not_found" | "room_archived" | "limit_reached">> {
  const room = yield* findStanding(roomId, userId);
  if (!room) return refuse("not_found");
  if (room.standing !== null) return done(yield* toOwnRoom(room, userId));
  if (room.room_kind !== "public") return refuse("not_found");
  if (room.archived_at !== null) return refuse("room_archived");
  if (!(yield* hasSpace(room, userId))) return refuse("limit_reached");
  return done(yield* addMember(transaction, { roomId, userId, role: "member", at }));
}

export function* removeMembership(
  transaction: Transaction,
  { roomId, userId, at }: Input<Writes["removeMembership"]>,
): Verb<Outcome<null, "not_found" | "not_allowed">> {
  const before = yield* findStanding(roomId, userId);
  if (!before) return refuse("not_found");
  if (before.standing === null) return done(null);
  if (before.room_kind === "direct") return refuse("not_allowed");
  yield* endMembership(transaction, { roomId, userId, at, removed: false });
  if (before.standing === "owner") yield* handOver(transaction, roomId);
  return done(null);
}

/** What its member has chosen for a room. The same again changes nothing. */
export function* putPlace(
  transaction: Transaction,
  { roomId, userId, ...changes }: Input<Writes["putPlace"]>,
): Verb<Outcome<Place, "not_found">> {
  const isHere = (yield* findStanding(roomId, userId)) !== undefined;
  const before = isHere ? yield* findPlace({ roomId, userId }) : null;
  if (!before) return refuse("not_found");
  const { notifyLevel: levelBefore, hiddenUpTo: hiddenBefore = null, ...rest } = before;
  const { notifyLevel = levelBefore, hiddenUpTo = hiddenBefore } = changes;
  if (notifyLevel === levelBefore && hiddenUpTo === hiddenBefore) return done(before);
  const seq = yield* nextUserSeq(userId);
  yield* all(
    `UPDATE memberships SET notify_level = COALESCE(?, notify_level), hidden_up_to = ?, level_seq = ?
     WHERE room_id = ? AND user_id = ?`,
    changes.notifyLevel ?? null,
    hiddenUpTo,
    seq,
    roomId,
    userId,
  );
  const chosen = { notifyLevel, ...(hiddenUpTo !== null && { hiddenUpTo }) };
  transaction.announce(userTopic(userId), seq, { levels: [{ room: roomId, ...chosen }] });
  return done({ ...rest, ...chosen });
}

/** A room as its member sees it. */
export function* toOwnRoom(room: RoomRow, userId: UserId): Verb<Room> {
  const membership = yield* findPlace({ roomId: room.room_id, userId });
  return { ...toRoom(room, yield* findPeople(room)), ...(membership && { membership }) };
}

/** Whether one more membership stays within the limits of the room and of the user. */
export function* hasSpace(room: RoomRow, userId: UserId): Verb<boolean> {
  return room.member_count < limits.roomMembers && (yield* hasRoomLeft(userId));
}

/** Whether a user may be in one more room. */
export function* hasRoomLeft(userId: UserId): Verb<boolean> {
  const row = yield* one<{ rooms: number }>(
    `SELECT count(*) AS rooms FROM memberships JOIN rooms ON rooms.id = memberships.room_id
     WHERE memberships.user_id = ? AND memberships.left_at IS NULL AND rooms.deleted_at IS NULL`,
    userId,
  );
  return row.rooms < limits.roomsPerUser;
}

/** Makes someone who is not in a room its member. The caller has checked that they may. */
export function* addMember(
  transaction: Transaction,
  member: { readonly roomId: RoomId; readonly userId: UserId; readonly role: RoomRole; readonly at: number },
): Verb<Room> {
  const { roomId, userId, role, at } = member;
  const room = yield* countMembers(roomId, 1);
  const userSeq = yield* nextUserSeq(userId);
  yield* all(
    `INSERT INTO memberships (room_id, user_id, username_lower, role, joined_at, joined_seq, left_at, room_seq, user_seq,
       level_seq) SELECT ?, users.id, lower(users.username), ?, ?, ?, NULL, ?, ?, ? FROM users WHERE users.id = ?
     ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role, joined_at = excluded.joined_at,
       joined_seq = excluded.joined_seq, left_at = NULL, removed_seq = NULL, notify_level = NULL,
       level_seq = excluded.level_seq, room_seq = excluded.room_seq, user_seq = excluded.user_seq`,
    roomId,
    role,
    at,
    room.room_seq,
    room.room_seq,
    userSeq,
    userSeq,
    userId,
  );
  const membership = yield* getMembership(roomId, userId);
  const receipt = { room: roomId, user: userId, upTo: room.last_message_id };
  yield* startReceipt(receipt, { room: room.room_seq, user: userSeq });
  const things = { rooms: [toRoom(room)], memberships: [membership] };
  const isTold = room.member_count <= limits.receiptMembers && (yield* sharesReceipts(userId));
  transaction.announce(roomTopic(roomId), room.room_seq, { ...things, ...(isTold && { receipts: [receipt] }) });
  const notifyLevel = toNotifyLevel(room.room_kind, null);
  const levels = [{ room: roomId, notifyLevel }];
  transaction.announce(userTopic(userId), userSeq, { ...things, receipts: [receipt], levels });
  const place = { role, joinedAt: membership.joinedAt, notifyLevel, receipt: receipt.upTo, unread: 0, mentions: 0 };
  return { ...toRoom(room), membership: place };
}

/** Ends a membership that there is. */
export function* endMembership(
  transaction: Transaction,
  membership: { readonly roomId: RoomId; readonly userId: UserId; readonly removed: boolean; readonly at: number },
): Verb<void> {
  const { roomId, userId, removed, at } = membership;
  const room = yield* countMembers(roomId, -1);
  const userSeq = yield* nextUserSeq(userId);
  yield* all(
    `UPDATE memberships SET left_at = ?, removed_seq = ?, room_seq = ?, user_seq = ?
     WHERE room_id = ? AND user_id = ?`,
    at,
    removed ? room.room_seq : null,
    room.room_seq,
    userSeq,
    roomId,
    userId,
  );
  yield* revokeLostInvitesOf(userId, at);
  const ended = yield* getMembership(roomId, userId);
  transaction.announce(roomTopic(roomId), room.room_seq, { rooms: [toRoom(room)], memberships: [ended] });
  transaction.announce(userTopic(userId), userSeq, { memberships: [ended] });
}

/** Gives a member another role. */
export function* changeRole(
  transaction: Transaction,
  { roomId, userId, role }: { readonly roomId: RoomId; readonly userId: UserId; readonly role: RoomRole },
): Verb<Membership> {
  const roomSeq = yield* nextRoomSeq(roomId);
  const userSeq = yield* nextUserSeq(userId);
  yield* all(
    "UPDATE memberships SET role = ?, room_seq = ?, user_seq = ? WHERE room_id = ? AND user_id = ?",
    role,
    roomSeq,
    userSeq,
    roomId,
    userId,
  );
  const membership = yield* getMembership(roomId, userId);
  transaction.announce(roomTopic(roomId), roomSeq, { memberships: [membership] });
  transaction.announce(userTopic(userId), userSeq, { memberships: [membership] });
  return membership;
}

/** Counts someone in or out under the next number of the room's topic, which is then the room's and the membership's. */
const countMembers = (roomId: RoomId, change: 1 | -1): Verb<RoomRow> =>
  one(
    `UPDATE rooms SET head = head + 1, seq = head + 1, member_count = member_count + ? WHERE id = ?
     RETURNING ${roomColumns}`,
    change,
    roomId,
  );

function* getMembership(roomId: RoomId, userId: UserId): Verb<Membership> {
  const row = yield* one<MembershipRow>(
    `SELECT ${membershipColumns} FROM memberships JOIN users ON users.id = memberships.user_id
     WHERE memberships.room_id = ? AND memberships.user_id = ?`,
    roomId,
    userId,
  );
  return toMembership(row);
}

/** Gives a room without owner to its longest-standing admin, else member: to one who is deactivated only if all are. */
function* handOver(transaction: Transaction, roomId: RoomId): Verb<void> {
  for (const only of ["AND users.deactivated_at IS NULL", ""]) {
    for (const role of ["admin", "member"]) {
      const heir = yield* first<{ user_id: UserId }>(
        `SELECT memberships.user_id FROM memberships JOIN users ON users.id = memberships.user_id ${only}
         WHERE memberships.room_id = ? AND memberships.role = ? AND memberships.left_at IS NULL
         ORDER BY memberships.joined_seq LIMIT 1`,
        roomId,
        role,
      );
      if (heir) return void (yield* changeRole(transaction, { roomId, userId: heir.user_id, role: "owner" }));
    }
  }
}
