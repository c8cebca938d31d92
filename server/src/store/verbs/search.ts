import type { Message, RoomId, Seq, UserId } from "@parley/protocol/model";
import {
  matchMessage,
  type SearchFilter,
  type SearchQuery,
  type SearchTerm,
  toDay,
  toTermTokens,
} from "@parley/protocol/search";
import type { SearchHit, SearchInput, SearchPage } from "../search.ts";
import { findRoom } from "./rooms.ts";
import { type MessageRow, messageColumns, toMessage } from "./rows.ts";
import { numbersPerMs } from "./search-index.ts";
import type { Clause, SearchTables } from "./search-tables.ts";
import { all, type Verb } from "./verb.ts";

/**
 * Finds messages in one snapshot: those that the index proposes, newest first, and those that it does not know yet. Each
 * is looked at as it is now, so a stale index hides nothing and shows nothing.
 *
 *     indexed   … 7 5 4 2   by number      ┐
 *     not yet   … 8 6       by their time  ┘─▶ 8 7 6 5 │ cursor ─▶ 4 2
 *
 * The rooms of the user are part of what the index is asked for, so that what others say costs nothing; and each hit's
 * membership is looked up where it is read. After `timeMs` a page ends where it is, with a
 * cursor: never where it began, however slow the machine.
 */
export function* searchMessages(tables: SearchTables, input: SearchInput, timeMs: number): Verb<SearchPage> {
  const until = performance.now() + timeMs;
  const scope = yield* toScope(input);
  if (scope.rooms.size === 0 || scope.authors?.size === 0) return { hits: [], cursor: null };
  const before = Math.min(input.before ?? Number.MAX_SAFE_INTEGER, scope.end * numbersPerMs);
  const recent = yield* findRecent(scope, before);
  const known = new Set(recent.map(({ hit }) => nameOf(hit.message)));
  const indexed = yield* findIndexed(tables, scope, { before, limit: input.limit, until, known });
  // What lies beyond the place where the index was left comes with a later page.
  const found = [...recent.filter((hit) => isReached(hit, indexed.reached)), ...indexed.hits].sort(
    (a, b) => b.key - a.key,
  );
  let count = Math.min(input.limit, found.length);
  // Numbers within a millisecond are given out by the index, so what has none yet may get one on either side of the page's
  // end: a page takes all of a millisecond in which there is such a message.
  const moment = momentOf(found[count - 1]?.key ?? 0);
  if (found.some(({ key, isIndexed }) => !isIndexed && momentOf(key) === moment)) {
    while (momentOf(found[count]?.key ?? -1) === moment) count++;
  }
  const isLast = count === found.length && indexed.reached === 0;
  const last = count === found.length ? indexed.reached : (found[count - 1]?.key ?? 0);
  const rooms = new Map<RoomId, SearchHit["room"]>();
  const hits: SearchHit[] = [];
  for (const { hit } of found.slice(0, count)) {
    const { room: id } = hit.message;
    const room = rooms.get(id) ?? (yield* findRoom({ reference: id, userId: input.userId }))?.room;
    if (!room) continue;
    rooms.set(id, room);
    hits.push({ ...hit, room });
  }
  return { hits, cursor: isLast ? null : last };
}

interface Scope {
  readonly userId: UserId;
  readonly query: SearchQuery;
  readonly rooms: ReadonlyMap<RoomId, RoomRow>;
  readonly authors: ReadonlySet<UserId> | null;
  readonly notAuthors: ReadonlySet<UserId>;
  /** In milliseconds: from `first` up to but not including `end`. */
  readonly first: number;
  readonly end: number;
}

interface RoomRow {
  readonly id: RoomId;
  readonly slug: string;
  readonly head: Seq;
  readonly mark: Seq;
}

interface Hit {
  readonly key: number;
  readonly isIndexed: boolean;
  readonly hit: Omit<SearchHit, "room">;
}

const isReached = ({ key, isIndexed }: Hit, reached: number): boolean =>
  isIndexed ? key >= reached : momentOf(key) >= momentOf(reached);

const momentOf = (key: number) => Math.floor(key / numbersPerMs);

function* toScope({ userId, query, roomId }: SearchInput): Verb<Scope> {
  const named = (name: SearchFilter["name"], negative: boolean) =>
    query.filters.filter((filter) => filter.name === name && filter.negative === negative).map(({ value }) => value);
  const rows = yield* all<RoomRow>(
    `SELECT rooms.id, rooms.slug, rooms.head, coalesce(search_rooms.seq, 0) AS mark
     FROM memberships JOIN rooms ON rooms.id = memberships.room_id
     LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id
     WHERE memberships.user_id = ? AND memberships.left_at IS NULL AND rooms.deleted_at IS NULL`,
    userId,
  );
  const [inside, outside] = [named("in", false), named("in", true)];
  const isNamed = (row: RoomRow, names: readonly string[]) => names.includes(row.slug) || names.includes(row.id);
  const rooms = rows.filter(
    (row) =>
      (roomId === null || row.id === roomId) && (inside.length === 0 || isNamed(row, inside)) && !isNamed(row, outside),
  );
  const authors = named("from", false);
  const { first, end } = toTimes(query.filters);
  return {
    userId,
    query,
    rooms: new Map(rooms.map((row) => [row.id, row])),
    authors: authors.length === 0 ? null : yield* findUsers(userId, authors),
    notAuthors: yield* findUsers(userId, named("from", true)),
    first,
    end,
  };
}

function* findUsers(me: UserId, names: readonly string[]): Verb<ReadonlySet<UserId>> {
  const found = new Set<UserId>();
  for (const name of names) {
    if (name === "me") found.add(me);
    else
      for (const { id } of yield* all<{ id: UserId }>("SELECT id FROM users WHERE lower(username) = ?", name))
        found.add(id);
  }
  return found;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Later than any message, and yet a number of the index. */
const never = Date.UTC(2200, 0);

function toTimes(filters: readonly SearchFilter[]): { readonly first: number; readonly end: number } {
  let [first, end] = [0, never];
  for (const { name, value, negative } of filters) {
    const day = toDay(value);
    if (day === null || negative) continue;
    if (name === "before" || name === "on") end = Math.min(end, name === "on" ? day + dayMs : day);
    if (name === "after" || name === "on") first = Math.max(first, name === "on" ? day : day + dayMs);
  }
  return { first, end };
}

/** So many changes that are not indexed yet are looked at; there are as many only while the index is being caught up. */
const recentMax = 500;

type NumberedRow = MessageRow & { readonly number: number };

function* findRecent(scope: Scope, before: number): Verb<readonly Hit[]> {
  const hits: Hit[] = [];
  let left = recentMax;
  for (const room of scope.rooms.values()) {
    if (room.head <= room.mark || left === 0) continue;
    const rows = yield* all<MessageRow & { number: number | null }>(
      `SELECT search_messages.number, ${messageColumns} FROM messages JOIN users ON users.id = messages.author_id
       LEFT JOIN search_messages ON search_messages.room_id = messages.room_id AND search_messages.message_id = messages.id
       WHERE messages.room_id = ? AND messages.seq > ? ORDER BY messages.seq DESC LIMIT ?`,
      room.id,
      room.mark,
      left,
    );
    left -= rows.length;
    for (const row of rows) {
      const hit = look(scope, row);
      const key = row.number ?? row.message_created_at * numbersPerMs;
      // A page before this one took all of its last millisecond that had no number.
      const isNext = row.number === null ? momentOf(key) < momentOf(before) : key < before;
      if (hit && isNext) hits.push({ key, isIndexed: row.number !== null, hit });
    }
  }
  return hits;
}

/** Candidates are taken from the index so many at a time; between two takes the time is looked at. */
const takeRows = 128;

/** `reached` is the number down to which everything was found; 0 at the end. */
function* findIndexed(
  tables: SearchTables,
  scope: Scope,
  {
    before,
    limit,
    until,
    known,
  }: {
    readonly before: number;
    readonly limit: number;
    readonly until: number;
    readonly known: ReadonlySet<string>;
  },
): Verb<{ readonly hits: readonly Hit[]; readonly reached: number }> {
  const query = toQuery(tables, scope);
  const hits: Hit[] = [];
  let reached = before;
  do {
    const rows: readonly (NumberedRow | { readonly number: number; readonly message_id: null })[] = yield* all(
      `SELECT proposed.number, ${messageColumns} FROM (${tables.proposals}) AS proposed
       CROSS JOIN search_messages
       LEFT JOIN memberships ON memberships.room_id = search_messages.room_id AND memberships.user_id = ?
         AND memberships.left_at IS NULL
       LEFT JOIN messages ON messages.room_id = memberships.room_id AND messages.id = search_messages.message_id
       LEFT JOIN users ON users.id = messages.author_id
       WHERE search_messages.number = proposed.number ORDER BY proposed.number DESC`,
      query,
      reached,
      scope.first * numbersPerMs,
      takeRows,
      scope.userId,
    );
    for (const row of rows) {
      if (hits.length === limit) break;
      reached = row.number;
      const hit = row.message_id === null ? null : look(scope, row);
      if (hit && !known.has(nameOf(hit.message))) hits.push({ key: row.number, isIndexed: true, hit });
    }
    if (rows.length < takeRows && rows.at(-1)?.number === (rows.length === 0 ? undefined : reached)) {
      return { hits, reached: 0 };
    }
  } while (hits.length < limit && performance.now() < until);
  return { hits, reached };
}

/** A message as it is now, if it fits. */
function look(scope: Scope, row: MessageRow): Hit["hit"] | null {
  if (!scope.rooms.has(row.message_room_id)) return null;
  if (scope.notAuthors.has(row.user_id) || (scope.authors && !scope.authors.has(row.user_id))) return null;
  if (row.message_created_at < scope.first || row.message_created_at >= scope.end) return null;
  const message = toMessage(row);
  const highlights = matchMessage(scope.query, message);
  return highlights && { message, highlights };
}

/** More rooms than this are not asked for one by one: then most of what the index proposes is the user's. */
const namedRoomsMax = 128;

function toQuery(tables: SearchTables, { query, rooms, authors, notAuthors }: Scope): string {
  const things = (negative: boolean): readonly Clause[] =>
    query.filters
      .filter((filter) => filter.name === "has" && filter.negative === negative)
      .map(({ value }) => ({ field: "things", anyOf: [value] }));
  return tables.toQuery(
    [
      ...query.terms.map(toClause),
      ...things(false),
      ...(authors ? [{ field: "author", anyOf: [...authors] } as const] : []),
      ...(rooms.size <= namedRoomsMax ? [{ field: "room", anyOf: [...rooms.keys()] } as const] : []),
    ],
    [
      ...query.without.map(toClause),
      ...things(true),
      ...(notAuthors.size > 0 ? [{ field: "author", anyOf: [...notAuthors] } as const] : []),
    ],
  );
}

const toClause = (term: SearchTerm): Clause => ({ field: "content", ...toTermTokens(term) });

const nameOf = ({ room, id }: Message) => `${room} ${id}`;
