import { limits } from "@parley/protocol/limits";
import { type Room, type RoomId, roomTopic, type Seq, type UserId, userTopic } from "@parley/protocol/model";
import type { Outcome } from "../outcome.ts";
import type { Writes } from "../store.ts";
import { hasRoomLeft, putPlace, toOwnRoom } from "./memberships.ts";
import { listRoomReceipts } from "./readers.ts";
import { startReceipt } from "./receipts.ts";
import {
  type MembershipRow,
  membershipColumns,
  type RoomRow,
  roomColumns,
  toAuthor,
  toMembership,
  toRoom,
} from "./rows.ts";
import { findStanding, isActive } from "./standing.ts";
import { nextUserSeq } from "./topics.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

/**
 * The direct room of these people. Of several who open it at once, the first in the queue of writes makes it; the unique
 * key holds even where writers do not stand in one queue.
 */
export function* openDirectRoom(
  transaction: Transaction,
  input: Input<Writes["openDirectRoom"]>,
): Verb<Outcome<{ readonly room: Room; readonly created: boolean }, "not_found" | "limit_reached">> {
  const ids = new Set<UserId>([input.userId]);
  for (const reference of input.users) {
    const id = yield* findUserId(reference);
    if (id === undefined) return refuse("not_found");
    ids.add(id);
  }
  if (ids.size > limits.directRoomUsers) return refuse("limit_reached");
  const key = [...ids].sort().join(" ");
  const known = yield* first<{ id: RoomId }>("SELECT id FROM rooms WHERE direct_key = ?", key);
  for (const id of known ? [input.userId] : ids) if (!(yield* isActive(id))) return refuse("not_found");
  if (known) {
    // Whoever opens it wants to see it.
    yield* putPlace(transaction, { roomId: known.id, userId: input.userId, hiddenUpTo: null });
  } else {
    for (const id of ids) if (!(yield* hasRoomLeft(id))) return refuse("limit_reached");
    yield* insertDirectRoom(transaction, { ...input, ids: [...ids], key });
  }
  const room = yield* findStanding(known?.id ?? input.id, input.userId);
  if (!room) throw new Error("a direct room has lost its people");
  return done({ room: yield* toOwnRoom(room, input.userId), created: !known });
}

/** Ids come first: a user name may look like one. */
function* findUserId(reference: string): Verb<UserId | undefined> {
  const byId = yield* first<{ id: UserId }>("SELECT id FROM users WHERE id = ?", reference);
  if (byId) return byId.id;
  return (yield* first<{ id: UserId }>("SELECT id FROM users WHERE lower(username) = ?", reference.toLowerCase()))?.id;
}

/** All its people are in it from its first change on, which tells each of them of the room. */
function* insertDirectRoom(
  transaction: Transaction,
  room: {
    readonly id: RoomId;
    readonly key: string;
    readonly ids: readonly UserId[];
    readonly userId: UserId;
    readonly at: number;
  },
): Verb<void> {
  const row = yield* one<RoomRow>(
    `INSERT INTO rooms (id, slug, name, description, kind, direct_key, created_by, created_at, is_default, purged,
     head, seq, last_message_id, member_count) VALUES (?, ?, '', '', 'private', ?, ?, ?, 0, 0, 1, 1, 0, ?)
     RETURNING ${roomColumns}`,
    room.id,
    room.id.toLowerCase(),
    room.key,
    room.userId,
    room.at,
    room.ids.length,
  );
  const seqs = new Map<UserId, Seq>();
  for (const id of room.ids) {
    const seq = yield* nextUserSeq(id);
    seqs.set(id, seq);
    yield* all(
      `INSERT INTO memberships (room_id, user_id, username_lower, role, joined_at, joined_seq, left_at, room_seq, user_seq)
       SELECT ?, users.id, lower(users.username), 'member', ?, 1, NULL, 1, ? FROM users WHERE users.id = ?`,
      room.id,
      room.at,
      seq,
      id,
    );
    yield* startReceipt({ room: room.id, user: id, upTo: 0 }, { room: 1, user: seq });
  }
  const rows = yield* all<MembershipRow>(
    `SELECT ${membershipColumns} FROM memberships JOIN users ON users.id = memberships.user_id
     WHERE memberships.room_id = ? ORDER BY memberships.username_lower`,
    room.id,
  );
  const rooms = [toRoom(row, rows.map(toAuthor))];
  const memberships = rows.map(toMembership);
  const receipts = yield* listRoomReceipts(room.id, 0, room.ids.length);
  transaction.announce(roomTopic(room.id), row.room_seq, { rooms, memberships, receipts });
  for (const membership of memberships) {
    const { id } = membership.user;
    transaction.announce(userTopic(id), seqs.get(id) ?? 0, {
      rooms,
      memberships: [membership],
      receipts: [{ room: room.id, user: id, upTo: 0 }],
    });
  }
}
