import type { Message, MessageId, RoomId, Seq, UserId } from "@parley/protocol/model";
import {
  matchMessage,
  type SearchFilter,
  type SearchQuery,
  type SearchTerm,
  toDay,
  toTermTokens,
} from "@parley/protocol/search";
import type { Sqlite } from "../../platform/sqlite.ts";
import type { SearchHit, SearchInput, SearchPage } from "../search.ts";
import { findMessage } from "../verbs/messages.ts";
import { findRoom } from "../verbs/rooms.ts";
import { drive, type Verb } from "../verbs/verb.ts";
import { numbersPerMs } from "./search-index.ts";

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
export function searchMessages(database: Sqlite, input: SearchInput, timeMs: number): SearchPage {
  const until = performance.now() + timeMs;
  database.all("BEGIN");
  try {
    return findPage(database, input, until);
  } finally {
    database.all("COMMIT");
  }
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

function findPage(database: Sqlite, input: SearchInput, until: number): SearchPage {
  const scope = toScope(database, input);
  if (scope.rooms.size === 0 || scope.authors?.size === 0) return { hits: [], cursor: null };
  const before = Math.min(input.before ?? Number.MAX_SAFE_INTEGER, scope.end * numbersPerMs);
  const recent = findRecent(database, scope, before);
  const indexed = findIndexed(
    database,
    scope,
    before,
    input.limit,
    until,
    new Set(recent.map(({ hit }) => nameOf(hit.message))),
  );
  // What lies beyond the place where the index was left comes with a later page.
  const all = [...recent.filter((hit) => isReached(hit, indexed.reached)), ...indexed.hits].sort(
    (a, b) => b.key - a.key,
  );
  let count = Math.min(input.limit, all.length);
  // Numbers within a millisecond are given out by the index, so what has none yet may get one on either side of the page's
  // end: a page takes all of a millisecond in which there is such a message.
  const moment = momentOf(all[count - 1]?.key ?? 0);
  if (all.some(({ key, isIndexed }) => !isIndexed && momentOf(key) === moment)) {
    while (momentOf(all[count]?.key ?? -1) === moment) count++;
  }
  const isLast = count === all.length && indexed.reached === 0;
  const last = count === all.length ? indexed.reached : (all[count - 1]?.key ?? 0);
  const rooms = new Map<RoomId, SearchHit["room"] | null>();
  const hits = all.slice(0, count).flatMap(({ hit }) => {
    const { room: id } = hit.message;
    if (!rooms.has(id)) {
      const access = read(database, findRoom({ reference: id, userId: input.userId }));
      rooms.set(id, access?.role ? access.room : null);
    }
    const room = rooms.get(id);
    return room ? [{ ...hit, room }] : [];
  });
  return { hits, cursor: isLast ? null : last };
}

const isReached = ({ key, isIndexed }: Hit, reached: number): boolean =>
  isIndexed ? key >= reached : momentOf(key) >= momentOf(reached);

const momentOf = (key: number) => Math.floor(key / numbersPerMs);

function toScope(database: Sqlite, { userId, query, roomId }: SearchInput): Scope {
  const named = (name: SearchFilter["name"], negative: boolean) =>
    query.filters.filter((filter) => filter.name === name && filter.negative === negative).map(({ value }) => value);
  const rows = database.all(
    `SELECT rooms.id, rooms.slug, rooms.head, coalesce(search_rooms.seq, 0) AS mark
     FROM memberships JOIN rooms ON rooms.id = memberships.room_id
     LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id
     WHERE memberships.user_id = ? AND memberships.left_at IS NULL AND rooms.deleted_at IS NULL`,
    [userId],
  ) as unknown as readonly RoomRow[];
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
    authors: authors.length === 0 ? null : findUsers(database, userId, authors),
    notAuthors: findUsers(database, userId, named("from", true)),
    first,
    end,
  };
}

function findUsers(database: Sqlite, me: UserId, names: readonly string[]): ReadonlySet<UserId> {
  return new Set(
    names.flatMap((name) => {
      if (name === "me") return [me];
      return database.all("SELECT id FROM users WHERE lower(username) = ?", [name]).map(({ id }) => String(id));
    }),
  );
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

function findRecent(database: Sqlite, scope: Scope, before: number): readonly Hit[] {
  const hits: Hit[] = [];
  let left = recentMax;
  for (const room of scope.rooms.values()) {
    if (room.head <= room.mark || left === 0) continue;
    const rows = database.all(
      `SELECT messages.id, search_messages.number FROM messages LEFT JOIN search_messages
       ON search_messages.room_id = messages.room_id AND search_messages.message_id = messages.id
       WHERE messages.room_id = ? AND messages.seq > ? ORDER BY messages.seq DESC LIMIT ?`,
      [room.id, room.mark, left],
    ) as readonly { id: MessageId; number: number | null }[];
    left -= rows.length;
    for (const { id, number } of rows) {
      const hit = look(database, scope, room.id, id);
      const key = number ?? (hit ? Date.parse(hit.message.createdAt) * numbersPerMs : 0);
      // A page before this one took all of its last millisecond that had no number.
      const isNext = number === null ? momentOf(key) < momentOf(before) : key < before;
      if (hit && isNext) hits.push({ key, isIndexed: number !== null, hit });
    }
  }
  return hits;
}

/** Candidates are taken from the index so many at a time; between two takes the time is looked at. */
const takeRows = 128;

/** `reached` is the number down to which everything was found; 0 at the end. */
function findIndexed(
  database: Sqlite,
  scope: Scope,
  before: number,
  limit: number,
  until: number,
  known: ReadonlySet<string>,
): { readonly hits: readonly Hit[]; readonly reached: number } {
  const match = toMatch(scope);
  const hits: Hit[] = [];
  let reached = before;
  do {
    const rows = database.all(
      `SELECT proposed.number, search_messages.room_id, search_messages.message_id, memberships.user_id
       FROM (SELECT rowid AS number FROM search WHERE search MATCH ? AND rowid < ? AND rowid >= ?
             ORDER BY rowid DESC LIMIT ?) AS proposed
       CROSS JOIN search_messages ON search_messages.number = proposed.number
       LEFT JOIN memberships ON memberships.room_id = search_messages.room_id AND memberships.user_id = ?
         AND memberships.left_at IS NULL
       ORDER BY proposed.number DESC`,
      [match, reached, scope.first * numbersPerMs, takeRows, scope.userId],
    ) as readonly { number: number; room_id: RoomId; message_id: MessageId; user_id: UserId | null }[];
    for (const { number, room_id: room, message_id: id, user_id: member } of rows) {
      if (hits.length === limit) break;
      reached = number;
      const hit = member === null || known.has(`${room} ${id}`) ? null : look(database, scope, room, id);
      if (hit) hits.push({ key: number, isIndexed: true, hit });
    }
    if (rows.length < takeRows && rows.at(-1)?.number === (rows.length === 0 ? undefined : reached)) {
      return { hits, reached: 0 };
    }
  } while (hits.length < limit && performance.now() < until);
  return { hits, reached };
}

/** A message as it is now, if it fits. */
function look(database: Sqlite, scope: Scope, roomId: RoomId, id: MessageId): Hit["hit"] | null {
  const message = read(database, findMessage({ roomId, id }));
  if (!message || !scope.rooms.has(roomId)) return null;
  const { id: author } = message.author;
  if (scope.notAuthors.has(author) || (scope.authors && !scope.authors.has(author))) return null;
  const at = Date.parse(message.createdAt);
  if (at < scope.first || at >= scope.end) return null;
  const highlights = matchMessage(scope.query, message);
  return highlights && { message, highlights };
}

/** More rooms than this are not asked for one by one: then most of what the index proposes is the user's. */
const namedRoomsMax = 128;

/** What to ask the index. Tokens and ids have letters and digits only, so nothing in them is an operator. */
function toMatch({ query, rooms, authors, notAuthors }: Scope): string {
  const anyOf = (column: string, values: Iterable<string>) =>
    `${column} : (${[...values].map((value) => `"${value}"`).join(" OR ")})`;
  const things = (negative: boolean) =>
    query.filters.filter((filter) => filter.name === "has" && filter.negative === negative).map(({ value }) => value);
  const wanted = [
    ...query.terms.map(toPhrase),
    ...things(false).map((thing) => anyOf("things", [thing])),
    ...(authors ? [anyOf("author", authors)] : []),
    ...(rooms.size <= namedRoomsMax ? [anyOf("room", rooms.keys())] : []),
  ];
  const unwanted = [
    ...query.without.map(toPhrase),
    ...things(true).map((thing) => anyOf("things", [thing])),
    ...(notAuthors.size > 0 ? [anyOf("author", notAuthors)] : []),
  ];
  const all = wanted.length > 0 ? wanted.join(" AND ") : anyOf("things", ["message"]);
  return unwanted.length > 0 ? `(${all}) NOT (${unwanted.join(" OR ")})` : all;
}

function toPhrase(term: SearchTerm): string {
  const { tokens, prefix } = toTermTokens(term);
  return `content : ("${tokens.join(" ")}"${prefix ? " *" : ""})`;
}

const nameOf = ({ room, id }: Message) => `${room} ${id}`;

const read = <T>(database: Sqlite, verb: Verb<T>): T => drive(verb, ({ sql, params }) => database.all(sql, params));
