import type { RoomRecord, UserId } from "@parley/protocol/model";
import type { Page } from "../administration.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { record } from "./audit.ts";
import { changeRole } from "./memberships.ts";
import { toPage, toPattern } from "./pages.ts";
import {
  type AuthorRow,
  authorColumns,
  type RoomRow,
  roomColumns,
  toAuthor,
  toTimestamp,
  type UserRow,
  userColumns,
} from "./rows.ts";
import { findStanding, isStill, toRoomTarget } from "./standing.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

/** Rooms as those who look after the workspace see them, whoever is in them. Direct rooms are not among them. */

/** Whose word counts in a room: its owner, unless deactivated. */
const activeOwner = `SELECT memberships.user_id FROM memberships JOIN users AS owners ON owners.id = memberships.user_id
  WHERE memberships.room_id = rooms.id AND memberships.role = 'owner' AND memberships.left_at IS NULL
  AND owners.deactivated_at IS NULL LIMIT 1`;

const records = `SELECT ${roomColumns}, rooms.last_message_at AS said_at, ${authorColumns}
  FROM rooms LEFT JOIN users ON users.id = (${activeOwner}) WHERE rooms.deleted_at IS NULL AND rooms.direct_key IS NULL`;

type RecordRow = RoomRow & AuthorRow & { readonly said_at: number | null };

export function* findRoomRecord({ id }: Input<Reads["findRoomRecord"]>): Verb<RoomRecord | null> {
  const row = yield* first<RecordRow>(`${records} AND rooms.id = ?`, id);
  return row ? toRoomRecord(row) : null;
}

export function* listRoomRecords({ q, cursor, limit }: Input<Reads["listRoomRecords"]>): Verb<Page<RoomRecord>> {
  const rows = yield* all<RecordRow>(
    `${records} AND rooms.slug > ? AND (rooms.slug LIKE ? ESCAPE '!' OR lower(rooms.name) LIKE ? ESCAPE '!')
     ORDER BY rooms.slug LIMIT ?`,
    cursor ?? "",
    toPattern(q),
    toPattern(q),
    limit + 1,
  );
  return toPage(rows, limit, (row) => row.slug, toRoomRecord);
}

function toRoomRecord(row: RecordRow): RoomRecord {
  return {
    id: row.room_id,
    slug: row.slug,
    name: row.room_name,
    kind: row.room_kind,
    createdAt: toTimestamp(row.room_created_at),
    memberCount: row.member_count,
    messageCount: row.last_message_id,
    ...(row.said_at !== null && { lastMessageAt: toTimestamp(row.said_at) }),
    isDefault: row.is_default === 1,
    ...(row.archived_at !== null && { archivedAt: toTimestamp(row.archived_at) }),
    ...(row.user_id !== null && { owner: toAuthor(row) }),
  };
}

export function* handOverRoom(
  transaction: Transaction,
  { roomId, userId, by, at }: Input<Writes["handOverRoom"]>,
): Verb<Outcome<null, "not_found" | "not_allowed">> {
  if (!(yield* isStill(by))) return refuse("not_allowed");
  const room = yield* findStanding(roomId, userId);
  // The people of a direct room are equals.
  if (!room || room.standing === null || room.room_kind === "direct") return refuse("not_found");
  const owner = yield* first(`SELECT rooms.id FROM rooms WHERE rooms.id = ? AND EXISTS (${activeOwner})`, roomId);
  if (owner) return refuse("not_allowed");
  const gone = yield* first<{ user_id: UserId }>(
    "SELECT user_id FROM memberships WHERE room_id = ? AND role = 'owner' AND left_at IS NULL",
    roomId,
  );
  if (gone) yield* changeRole(transaction, { roomId, userId: gone.user_id, role: "admin" });
  yield* changeRole(transaction, { roomId, userId, role: "owner" });
  const heir = yield* one<UserRow>(`SELECT ${userColumns} FROM users WHERE users.id = ?`, userId);
  yield* record({
    act: "room.handed_over",
    by,
    target: toRoomTarget(room),
    concerns: userId,
    detail: heir.username,
    at,
  });
  return done(null);
}
