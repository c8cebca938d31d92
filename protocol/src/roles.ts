import type { Role, RoomKind, RoomRole } from "./model.ts";

/** Whether a role lets its holder look after the others. */
const isInCharge = (role: Role | RoomRole | null): boolean => role === "owner" || role === "admin";

/**
 * Whether someone looks after a room: its details, its people, its invites, and what others said in it. Those who look after
 * the workspace do so wherever they see a room; a private one is the business of its members, and a direct one of nobody.
 */
export function looksAfterRoom(standing: {
  readonly kind: RoomKind;
  /** Null: not in the room. */
  readonly roomRole: RoomRole | null;
  readonly role: Role;
}): boolean {
  const { kind, roomRole, role } = standing;
  if (kind === "direct") return false;
  return isInCharge(roomRole) || (isInCharge(role) && (kind === "public" || roomRole !== null));
}
