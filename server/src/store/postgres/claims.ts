import type { RoomId, UserId } from "@parley/protocol/model";
import type { Writes } from "../store.ts";
import type { Input } from "../verbs/verb.ts";
import type { Write, WriteName } from "../writes.ts";

/**
 * What a write needs for itself, so that its transaction is as good as alone.
 *
 * A write that claims rows of rooms and users holds them from its start to its commit, and shares the store with those that
 * claim other rows. What else it reads is changed only by writes that claim one of the same rows, or by those that need
 * everything; these run alone, on all nodes. So each transaction finds what those before it have left, and none has to be
 * begun again.
 *
 *     everything   ──────█──────────────█──     accounts, rooms, memberships, roles, sessions, quotas
 *     room A       ─█─█─── ─█─██─█─█──── ─█     messages, edits, reactions, receipts
 *     room B       ──█──── █─█──█─────── █─
 */
export type Claims = RowClaims | "everything";

export interface RowClaims {
  readonly rooms: readonly RoomId[];
  readonly users: readonly UserId[];
}

export function claimsOf({ verb, input }: Write): Claims {
  const claim = shared[verb] as ((input: Write["input"]) => RowClaims) | undefined;
  return claim?.(input) ?? "everything";
}

const rows = (rooms: readonly RoomId[], users: readonly UserId[]): RowClaims => ({ rooms, users });

/**
 * What hangs on a message changes with its room's row, and so does what the room is told of receipts; a receipt and a
 * `clientMessageId` with their user's. Who is in a room, in which role, and whether it is archived changes alone.
 */
const shared: { readonly [K in WriteName]?: (input: Input<Writes[K]>) => RowClaims } = {
  appendMessage: ({ roomId, authorId }) => rows([roomId], [authorId]),
  editMessage: ({ roomId }) => rows([roomId], []),
  removeMessage: ({ roomId }) => rows([roomId], []),
  putReaction: ({ roomId }) => rows([roomId], []),
  removeReaction: ({ roomId }) => rows([roomId], []),
  setReceipt: ({ roomId, userId }) => rows([roomId], [userId]),
  putPlace: ({ userId }) => rows([], [userId]),
  // One statement on a row of its own.
  touchSession: () => rows([], []),
  recordNotifications: () => rows([], []),
};
