import type { RoomId, Seq } from "@parley/protocol/model";
import { type MessageRow, messageColumns, toMessage } from "./rows.ts";
import type { SearchEntry, SearchTables } from "./search-tables.ts";
import { all, first, type Verb } from "./verb.ts";

/**
 * Each room remembers up to which seq it is indexed, in the transaction that indexes. So what a crash, an upgrade or a busy
 * hour has left over is "what changed after that seq", as for any client that comes back.
 */

/** Messages are numbered by their millisecond, over all rooms; so many have place in one. */
export const numbersPerMs = 1000;
const sliceRows = 64;

/** Rooms that have changed since they were indexed. */
export function* listRoomsBehind(): Verb<readonly RoomId[]> {
  const rows = yield* all<{ id: RoomId }>(
    `SELECT rooms.id FROM rooms LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id
     WHERE rooms.head > coalesce(search_rooms.seq, 0)`,
  );
  return rows.map(({ id }) => id);
}

/** Indexes the next `sliceRows` changes of a room, alone among those who index. True when it came to the room's end. */
export function* indexRoom(tables: SearchTables, room: RoomId): Verb<boolean> {
  const state = yield* first<{ head: Seq; deleted_at: number | null; mark: Seq }>(
    `SELECT rooms.head, rooms.deleted_at, coalesce(search_rooms.seq, 0) AS mark
     FROM rooms LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id WHERE rooms.id = ?`,
    room,
  );
  if (!state || state.mark >= state.head) return true;
  if (state.deleted_at !== null) {
    if (!(yield* forgetRoom(tables, room))) return false;
    yield* setMark(room, state.head);
    return true;
  }
  const rows = yield* all<MessageRow & { number: number | null }>(
    `SELECT search_messages.number, ${messageColumns} FROM messages JOIN users ON users.id = messages.author_id
     LEFT JOIN search_messages ON search_messages.room_id = messages.room_id AND search_messages.message_id = messages.id
     WHERE messages.room_id = ? AND messages.seq > ? ORDER BY messages.seq LIMIT ?`,
    room,
    state.mark,
    sliceRows,
  );
  // New numbers first: they must not be those that are taken out here and put back.
  const entries = yield* numbered(rows.filter((row) => row.message_deleted_at === null));
  yield* tables.remove(rows.flatMap(({ number }) => (number === null ? [] : [number])));
  yield* tables.put(entries);
  const isLast = rows.length < sliceRows;
  const last = rows.at(-1)?.message_seq ?? state.head;
  // What was committed since the head was read is among the rows.
  yield* setMark(room, isLast ? Math.max(state.head, last) : last);
  return isLast;
}

const setMark = (room: RoomId, mark: Seq): Verb<unknown> =>
  all(
    "INSERT INTO search_rooms (room_id, seq) VALUES (?, ?) ON CONFLICT (room_id) DO UPDATE SET seq = excluded.seq",
    room,
    mark,
  );

/** Whether nothing of it is left. */
function* forgetRoom(tables: SearchTables, room: RoomId): Verb<boolean> {
  const rows = yield* all<{ number: number }>(
    "SELECT number FROM search_messages WHERE room_id = ? LIMIT ?",
    room,
    sliceRows,
  );
  yield* tables.remove(rows.map(({ number }) => number));
  return rows.length < sliceRows;
}

/** A message keeps the number that it has. A new one gets the next of its millisecond, or of one soon after it. */
function* numbered(rows: readonly (MessageRow & { readonly number: number | null })[]): Verb<readonly SearchEntry[]> {
  const next = new Map<number, number>();
  yield* findNext(
    next,
    rows.flatMap((row) => (row.number === null ? [row.message_created_at] : [])),
  );
  const entries: SearchEntry[] = [];
  for (const row of rows) {
    let number = row.number;
    for (let at = row.message_created_at; number === null; at++) {
      if (!next.has(at)) yield* findNext(next, [at]);
      const free = next.get(at) ?? 0;
      if (free >= (at + 1) * numbersPerMs) continue;
      next.set(at, free + 1);
      number = free;
    }
    entries.push({ number, message: toMessage(row) });
  }
  return entries;
}

/** Notes the first free number of each millisecond. */
function* findNext(next: Map<number, number>, moments: readonly number[]): Verb<void> {
  if (moments.length === 0) return;
  // One text for every number of moments, so that it stays prepared.
  const rows = yield* all<{ at: number; last: number | null }>(
    `SELECT moments.at, (SELECT max(search_messages.number) FROM search_messages WHERE search_messages.number
       BETWEEN moments.at * ${numbersPerMs} AND moments.at * ${numbersPerMs} + ${numbersPerMs - 1}) AS last
     FROM (${Array.from({ length: sliceRows }, () => "SELECT CAST(? AS bigint) AS at").join(" UNION ")}) AS moments`,
    ...Array.from({ length: sliceRows }, (_, index) => moments[Math.min(index, moments.length - 1)] ?? 0),
  );
  for (const { at, last } of rows) next.set(at, last === null ? at * numbersPerMs : last + 1);
}
