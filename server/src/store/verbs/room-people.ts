import type { Author, RoomId, Seq, UserId } from "@parley/protocol/model";
import { type AuthorRow, authorColumns, type RoomRow, toAuthor } from "./rows.ts";
import { all, type Verb } from "./verb.ts";

/** The people of a direct room, by user name; nothing for any other room. */
export function* findPeople(row: RoomRow): Verb<readonly Author[] | undefined> {
  if (row.room_kind !== "direct") return undefined;
  const rows = yield* all<AuthorRow>(
    `SELECT ${authorColumns} FROM memberships JOIN users ON users.id = memberships.user_id
     WHERE memberships.room_id = ? ORDER BY memberships.username_lower`,
    row.room_id,
  );
  return rows.map(toAuthor);
}

/** The people of all direct rooms of a user whose membership changed after `since`, in one statement. */
export function* listPeople(userId: UserId, since: Seq): Verb<ReadonlyMap<RoomId, readonly Author[]>> {
  const rows = yield* all<AuthorRow & { room_id: RoomId }>(
    `SELECT ${authorColumns}, rooms.id AS room_id FROM memberships AS places
     JOIN rooms ON rooms.id = places.room_id AND rooms.direct_key IS NOT NULL
     JOIN memberships ON memberships.room_id = rooms.id JOIN users ON users.id = memberships.user_id
     WHERE places.user_id = ? AND places.user_seq > ? ORDER BY memberships.username_lower`,
    userId,
    since,
  );
  const people = new Map<RoomId, Author[]>();
  for (const row of rows) {
    const room = people.get(row.room_id);
    if (room) room.push(toAuthor(row));
    else people.set(row.room_id, [toAuthor(row)]);
  }
  return people;
}
