import type { Role, RoomId, RoomRole, UserId } from "@parley/protocol/model";
import { looksAfterRoom } from "@parley/protocol/roles";
import type { By, UserAct } from "../administration.ts";
import type { Outcome } from "../outcome.ts";
import { type RoomRow, roomColumns, type UserRow, userColumns } from "./rows.ts";
import { done, first, refuse, type Verb } from "./verb.ts";

/**
 * What those who act are, and those they act on. It was looked up when the act was admitted; each write looks once more, in
 * its own transaction, since what it goes by may have ended in between.
 */

/** A room that exists, and a user's role in it (null: not in it) and in the workspace. Nothing for who is deactivated. */
export const findStanding = (roomId: RoomId, userId: UserId): Verb<StandingInRoom | undefined> =>
  first(
    `SELECT ${roomColumns}, places.role AS standing, users.role AS user_role FROM rooms
     JOIN users ON users.id = ? AND users.deactivated_at IS NULL
     LEFT JOIN memberships AS places
     ON places.room_id = rooms.id AND places.user_id = users.id AND places.left_at IS NULL
     WHERE rooms.id = ? AND rooms.deleted_at IS NULL`,
    userId,
    roomId,
  );

export interface StandingInRoom extends RoomRow {
  readonly standing: RoomRole | null;
  readonly user_role: Role;
}

export interface Power {
  readonly room: RoomRow;
  readonly role: "owner" | "admin";
}

/** As whom someone looks after a room: who looks after the workspace does it as its owner, and so does the command line. */
export function* findPower(roomId: RoomId, userId: UserId | null): Verb<Outcome<Power, "not_found" | "not_allowed">> {
  const room = yield* userId === null ? findAsOwner(roomId) : findStanding(roomId, userId);
  if (!room) return refuse("not_found");
  const { room_kind: kind, standing: roomRole, user_role: role } = room;
  if (!looksAfterRoom({ kind, roomRole, role })) return refuse(roomRole === null ? "not_found" : "not_allowed");
  return done({ room, role: role === "member" && roomRole === "admin" ? "admin" : "owner" });
}

/** With `anywhere`, as one who looks after the workspace, whether they see the room or not. */
export function* findPowerOver(
  roomId: RoomId,
  { by, anywhere }: { readonly by: By; readonly anywhere: boolean },
): Verb<Outcome<Power, "not_found" | "not_allowed">> {
  if (!anywhere) return yield* findPower(roomId, by.userId);
  return (yield* isStill(by)) ? yield* findPower(roomId, null) : refuse("not_allowed");
}

/** Whether a user is not deactivated. */
export function* isActive(userId: UserId): Verb<boolean> {
  return (yield* first("SELECT id FROM users WHERE id = ? AND deactivated_at IS NULL", userId)) !== undefined;
}

const findAsOwner = (roomId: RoomId): Verb<StandingInRoom | undefined> =>
  first(
    `SELECT ${roomColumns}, 'owner' AS standing, 'owner' AS user_role FROM rooms WHERE id = ? AND deleted_at IS NULL`,
    roomId,
  );

/** The user whom an act concerns, if both sides still are what the caller has decided on. */
export function* findTarget({ userId, userRole, by }: UserAct): Verb<UserRow | "not_found" | "not_allowed"> {
  const row = yield* first<UserRow>(`SELECT ${userColumns} FROM users WHERE users.id = ?`, userId);
  if (!row) return "not_found";
  return row.user_role === userRole && (yield* isStill(by)) ? row : "not_allowed";
}

export function* isStill({ userId, role }: By): Verb<boolean> {
  if (userId === null) return true;
  const actor = yield* first("SELECT id FROM users WHERE id = ? AND role = ? AND deactivated_at IS NULL", userId, role);
  return actor !== undefined;
}

export const toTarget = (row: UserRow) => ({ kind: "user", id: row.user_id, name: row.username }) as const;

export const toRoomTarget = (row: RoomRow) => ({ kind: "room", id: row.room_id, name: row.room_name }) as const;
