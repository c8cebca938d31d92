import { limits } from "@parley/protocol/limits";
import {
  type Room,
  type RoomId,
  type RoomKind,
  type RoomRole,
  roomTopic,
  type Seq,
  type UserId,
  workspaceTopic,
} from "@parley/protocol/model";
import type { Outcome } from "../outcome.ts";
import type { RoomAccess } from "../rooms.ts";
import type { Reads, Writes } from "../store.ts";
import { record } from "./audit.ts";
import { revokeLostInvitesTo } from "./lost-invites.ts";
import { addMember, hasRoomLeft } from "./memberships.ts";
import { findPeople, listPeople } from "./room-people.ts";
import {
  type AuthorRow,
  authorColumns,
  type PlaceRow,
  placeColumns,
  type RoomRow,
  roomColumns,
  toAuthor,
  toPlace,
  toRoom,
} from "./rows.ts";
import { findPowerOver, isActive, toRoomTarget } from "./standing.ts";
import { findHeads, nextWorkspaceSeq, toPublicRoom } from "./topics.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

export function* findRoom({ reference, userId }: Input<Reads["findRoom"]>): Verb<RoomAccess | null> {
  // Slugs are lower case and ids begin with a capital: nothing can be both.
  const column = reference.startsWith("R") ? "rooms.id" : "rooms.slug";
  // Nearly every request begins with this, so it is one statement: a direct room has a row for each of its people.
  // Of another room none is looked for: a condition on the room alone would be asked of each of its members.
  const rows = yield* all<RoomRow & AuthorRow & { readonly standing: RoomRole | null }>(
    `SELECT ${roomColumns}, places.role AS standing, ${authorColumns} FROM rooms
     LEFT JOIN memberships AS places ON places.room_id = rooms.id AND places.user_id = ? AND places.left_at IS NULL
     LEFT JOIN memberships AS people ON people.room_id = CASE WHEN rooms.direct_key IS NULL THEN NULL ELSE rooms.id END
     LEFT JOIN users ON users.id = people.user_id
     WHERE ${column} = ? AND rooms.deleted_at IS NULL ORDER BY people.username_lower`,
    userId,
    reference,
  );
  const [row] = rows;
  if (!row) return null;
  return { room: toRoom(row, row.room_kind === "direct" ? rows.map(toAuthor) : undefined), role: row.standing };
}

export function* findOwnRoom({ roomId, userId }: Input<Reads["findOwnRoom"]>): Verb<Room | null> {
  const row = yield* first<RoomRow & PlaceRow>(
    `SELECT ${roomColumns}, ${placeColumns} ${fromOwnRooms} AND places.room_id = ?`,
    userId,
    roomId,
  );
  return row ? { ...toRoom(row, yield* findPeople(row)), membership: toPlace(row) } : null;
}

/** Its parameter is the user. */
const fromOwnRooms = `FROM memberships AS places JOIN rooms ON rooms.id = places.room_id \
JOIN receipts ON receipts.room_id = places.room_id AND receipts.user_id = places.user_id \
WHERE places.user_id = ? AND places.left_at IS NULL AND rooms.deleted_at IS NULL`;

const byName = new Intl.Collator("en", { sensitivity: "base", numeric: true });

export function* listRooms({ userId }: Input<Reads["listRooms"]>): Verb<{
  readonly rooms: readonly Room[];
  readonly workspaceHead: Seq;
  readonly userHead: Seq;
}> {
  const own = yield* all<RoomRow & PlaceRow>(`SELECT ${roomColumns}, ${placeColumns} ${fromOwnRooms}`, userId);
  const open = yield* all<RoomRow>(
    `SELECT ${roomColumns} FROM rooms WHERE rooms.kind = 'public' AND rooms.deleted_at IS NULL`,
  );
  const people = yield* listPeople(userId, 0);
  const joined = new Set(own.map((row) => row.room_id));
  const rooms = [
    ...own.map((row) => ({ ...toRoom(row, people.get(row.room_id)), membership: toPlace(row) })),
    ...open.filter((row) => !joined.has(row.room_id)).map((row) => toRoom(row)),
  ];
  rooms.sort((a, b) => byName.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
  return { rooms, ...(yield* findHeads(userId)) };
}

export function* createRoom(
  transaction: Transaction,
  input: Input<Writes["createRoom"]>,
): Verb<Outcome<Room, "not_signed_in" | "slug_taken" | "limit_reached">> {
  if (!(yield* isActive(input.userId))) return refuse("not_signed_in");
  if (!(yield* hasRoomLeft(input.userId))) return refuse("limit_reached");
  if (input.slug !== null && (yield* isSlugTaken(input.slug))) return refuse("slug_taken");
  const slug = input.slug ?? (yield* findFreeSlug(input.name, input.id));
  return done(yield* insertRoom(transaction, { ...input, slug, isDefault: false }));
}

export function* putRoom(
  transaction: Transaction,
  input: Input<Writes["putRoom"]>,
): Verb<Outcome<Room, "slug_taken" | "not_found" | "not_allowed">> {
  const power = yield* findPowerOver(input.id, input);
  if (!power.ok) return power;
  const before = power.value.room;
  const name = input.name ?? before.room_name;
  const slug = input.slug ?? before.slug;
  const description = input.description ?? before.description;
  const kind = input.kind ?? before.room_kind;
  const { archived = before.archived_at !== null, by, at } = input;
  const archivedAt = archived ? (before.archived_at ?? at) : null;
  if (archivedAt !== null && before.is_default === 1) return refuse("not_allowed");
  if (
    name === before.room_name &&
    slug === before.slug &&
    description === before.description &&
    kind === before.room_kind &&
    archivedAt === before.archived_at
  ) {
    return done(toRoom(before));
  }
  if (slug !== before.slug && (yield* isSlugTaken(slug))) return refuse("slug_taken");
  const row = yield* one<RoomRow>(
    `UPDATE rooms SET name = ?, slug = ?, description = ?, kind = ?, archived_at = ?, head = head + 1, seq = head + 1
     WHERE id = ?
     RETURNING ${roomColumns}`,
    name,
    slug,
    description,
    kind,
    archivedAt,
    input.id,
  );
  if (kind !== before.room_kind) yield* revokeLostInvitesTo(input.id, at);
  transaction.announce(roomTopic(input.id), row.room_seq, { rooms: [toRoom(row)] });
  if (before.room_kind === "public" || kind === "public") yield* announceToWorkspace(transaction, row);
  if (name !== before.room_name) {
    yield* record({ act: "room.renamed", by, target: toRoomTarget(row), detail: before.room_name, at });
  }
  if (archivedAt !== before.archived_at) {
    yield* record({ act: archived ? "room.archived" : "room.reopened", by, target: toRoomTarget(row), at });
  }
  return done(toRoom(row));
}

export function* removeRoom(
  transaction: Transaction,
  { id, anywhere, by, at }: Input<Writes["removeRoom"]>,
): Verb<Outcome<null, "not_found" | "not_allowed">> {
  const power = yield* findPowerOver(id, { by, anywhere });
  if (!power.ok) return power;
  const before = power.value.room;
  if (before.is_default === 1) return refuse("not_allowed");
  // Its id takes the place of its slug, which is free again: no slug looks like an id.
  const row = yield* one<RoomRow>(
    `UPDATE rooms SET deleted_at = ?, slug = id, member_count = 0, head = head + 1, seq = head + 1 WHERE id = ?
     RETURNING ${roomColumns}`,
    at,
    id,
  );
  yield* all("UPDATE invites SET revoked_at = ? WHERE room_id = ? AND revoked_at IS NULL", at, id);
  yield* record({ act: "room.deleted", by, target: toRoomTarget(before), at });
  transaction.announce(roomTopic(id), row.room_seq, { rooms: [{ id, gone: true }] });
  if (before.room_kind === "public") yield* announceToWorkspace(transaction, row);
  return done(null);
}

/** The row of a removed room itself stays: it is how a client that was long away learns that the room is gone. */
export function* purgeRooms(_transaction: Transaction, { limit }: Input<Writes["purgeRooms"]>): Verb<boolean> {
  const room = yield* first<{ id: RoomId }>(
    "SELECT id FROM rooms WHERE deleted_at IS NOT NULL AND purged = 0 ORDER BY deleted_at LIMIT 1",
  );
  if (!room) return false;
  let left = limit;
  for (const statement of [
    // Those that are still being received are refused at their end, or expire.
    `UPDATE files SET state = 'removed' WHERE id IN
     (SELECT id FROM files WHERE room_id = ? AND state IN ('pending', 'kept') LIMIT ?) RETURNING id`,
    `DELETE FROM reactions WHERE (room_id, message_id, emoji, user_id) IN
     (SELECT room_id, message_id, emoji, user_id FROM reactions WHERE room_id = ? LIMIT ?) RETURNING user_id`,
    `DELETE FROM mentions WHERE (room_id, target, message_id) IN
     (SELECT room_id, target, message_id FROM mentions WHERE room_id = ? LIMIT ?) RETURNING target`,
    `DELETE FROM receipts WHERE (room_id, user_id) IN
     (SELECT room_id, user_id FROM receipts WHERE room_id = ? LIMIT ?) RETURNING user_id`,
    `DELETE FROM messages WHERE (room_id, id) IN
     (SELECT room_id, id FROM messages WHERE room_id = ? LIMIT ?) RETURNING id`,
    `DELETE FROM memberships WHERE (room_id, user_id) IN
     (SELECT room_id, user_id FROM memberships WHERE room_id = ? LIMIT ?) RETURNING user_id`,
    "DELETE FROM invites WHERE code IN (SELECT code FROM invites WHERE room_id = ? LIMIT ?) RETURNING code",
  ]) {
    left -= (yield* all(statement, room.id, left)).length;
    if (left === 0) return true;
  }
  yield* all("UPDATE rooms SET purged = 1, name = '', description = '' WHERE id = ?", room.id);
  const next = yield* first("SELECT id FROM rooms WHERE deleted_at IS NOT NULL AND purged = 0 LIMIT 1");
  return next !== undefined;
}

/** The room that every new account joins. It cannot be removed. */
export const findDefaultRoom = (): Verb<RoomRow> => one(`SELECT ${roomColumns} FROM rooms WHERE is_default = 1`);

export function createDefaultRoom(
  transaction: Transaction,
  founding: { readonly id: RoomId; readonly userId: UserId; readonly at: number },
): Verb<Room> {
  const details = { slug: "general", name: "general", description: "", kind: "public" } as const;
  return insertRoom(transaction, { ...founding, ...details, isDefault: true });
}

function* insertRoom(
  transaction: Transaction,
  room: {
    readonly id: RoomId;
    readonly slug: string;
    readonly name: string;
    readonly description: string;
    readonly kind: RoomKind;
    readonly isDefault: boolean;
    readonly userId: UserId;
    readonly at: number;
  },
): Verb<Room> {
  yield* all(
    `INSERT INTO rooms (id, slug, name, description, kind, created_by, created_at, is_default, purged, head, seq,
     last_message_id, member_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0)`,
    room.id,
    room.slug,
    room.name,
    room.description,
    room.kind,
    room.userId,
    room.at,
    room.isDefault ? 1 : 0,
  );
  const created = yield* addMember(transaction, { roomId: room.id, userId: room.userId, role: "owner", at: room.at });
  if (room.kind === "public") {
    const row = yield* one<RoomRow>(`SELECT ${roomColumns} FROM rooms WHERE id = ?`, room.id);
    yield* announceToWorkspace(transaction, row);
  }
  return created;
}

function* announceToWorkspace(transaction: Transaction, row: RoomRow): Verb<void> {
  const seq = yield* nextWorkspaceSeq();
  yield* all("UPDATE rooms SET workspace_seq = ? WHERE id = ?", seq, row.room_id);
  transaction.announce(workspaceTopic, seq, { rooms: [toPublicRoom(row)] });
}

function* isSlugTaken(slug: string): Verb<boolean> {
  return (yield* first("SELECT id FROM rooms WHERE slug = ?", slug)) !== undefined;
}

/** `name`, `name-2` … `name-20`; a name that is that popular gets the room's id instead of a number. */
function* findFreeSlug(name: string, id: RoomId): Verb<string> {
  const base = toSlug(name, limits.slugLength - id.length - 1);
  const candidates = [base, ...Array.from({ length: 19 }, (_, index) => `${base}-${index + 2}`)];
  const rows = yield* all<{ slug: string }>(
    `SELECT slug FROM rooms WHERE slug IN (${candidates.map(() => "?").join(", ")})`,
    ...candidates,
  );
  const taken = new Set(rows.map((row) => row.slug));
  return candidates.find((slug) => !taken.has(slug)) ?? `${base}-${id.toLowerCase()}`;
}

function toSlug(name: string, length: number): string {
  const slug = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, length + 1)
    .replace(/^-|-$/g, "")
    .slice(0, length);
  return slug.replace(/-$/, "") || "room";
}
