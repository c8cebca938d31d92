import { limits } from "@parley/protocol/limits";
import type { MessageId, Role, RoomId, RoomKind, RoomRole, UserId } from "@parley/protocol/model";
import { looksAfterRoom } from "@parley/protocol/roles";
import { type MessageRow, messageColumns, roomKind } from "./rows.ts";
import { first, type Verb } from "./verb.ts";

/** Messages with their authors, in rooms that exist. */
export const fromMessages =
  "FROM messages JOIN users ON users.id = messages.author_id JOIN rooms ON rooms.id = messages.room_id";

/** Who says or changes something in a room. */
export interface CallerRow {
  readonly member_count: number;
  readonly caller_room_kind: RoomKind;
  readonly caller_room_role: RoomRole;
  readonly caller_role: Role;
}

/** Where `rooms` and the caller's membership are joined, and `users` under this name. */
export const callerColumns = (users: "users" | "callers") =>
  `rooms.member_count, ${roomKind} AS caller_room_kind, memberships.role AS caller_room_role, ${users}.role AS caller_role`;

export const toStanding = (row: CallerRow) => ({
  kind: row.caller_room_kind,
  roomRole: row.caller_room_role,
  role: row.caller_role,
});

/** In large rooms only those call everyone who look after them. [MN4] */
export const mayCallAll = (row: CallerRow): boolean =>
  row.member_count <= limits.callAllMembers || looksAfterRoom(toStanding(row));

/** A message in a room that `userId` is in. */
export const findAsMember = (
  roomId: RoomId,
  id: MessageId,
  userId: UserId,
): Verb<(MessageRow & CallerRow & { readonly archived_at: number | null }) | undefined> =>
  first(
    `SELECT ${messageColumns}, ${callerColumns("callers")}, rooms.archived_at
     ${fromMessages} JOIN memberships ON memberships.room_id = messages.room_id
     JOIN users AS callers ON callers.id = memberships.user_id AND callers.deactivated_at IS NULL
     WHERE messages.room_id = ? AND messages.id = ? AND memberships.user_id = ? AND memberships.left_at IS NULL
     AND rooms.deleted_at IS NULL`,
    roomId,
    id,
    userId,
  );
