import type { RoomId, UserId } from "@parley/protocol/model";
import { all, type Verb } from "./verb.ts";

/**
 * Who may not invite any more has not invited: not by links that are still about either. To be called with each change
 * after which somebody may no longer look after a room (`looksAfterRoom`).
 */
const revoke = `UPDATE invites SET revoked_at = ? WHERE revoked_at IS NULL AND NOT EXISTS (
  SELECT rooms.id FROM rooms JOIN users ON users.id = invites.created_by AND users.deactivated_at IS NULL
  LEFT JOIN memberships AS places
  ON places.room_id = rooms.id AND places.user_id = users.id AND places.left_at IS NULL
  WHERE rooms.id = invites.room_id AND (places.role IN ('owner', 'admin')
    OR (users.role IN ('owner', 'admin') AND (rooms.kind = 'public' OR places.role IS NOT NULL))))`;

/** After a change of what someone is, in a room or in the workspace. */
export function* revokeLostInvitesOf(userId: UserId, at: number): Verb<void> {
  yield* all(`${revoke} AND invites.created_by = ?`, at, userId);
}

/** After a room has turned private: those who look after the workspace see it no more. */
export function* revokeLostInvitesTo(roomId: RoomId, at: number): Verb<void> {
  yield* all(`${revoke} AND invites.room_id = ?`, at, roomId);
}
