import { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { join } from "node:path";
import type { MessageId, Reaction, RoomId, Seq, UserId } from "@parley/protocol/model";
import type { Dump } from "./history.ts";

/**
 * Reads what a server has stored, past the server: the checker must not ask the one it judges. Only these rooms. `folder`
 * is the data folder; the server may be running.
 */
export function readDump(folder: string, rooms: readonly RoomId[]): Dump {
  using database = openDatabase(folder);
  const asked = rooms.map((room) => `'${room}'`).join(", ");
  const all = <T>(sql: string) => database.query<T, []>(sql).all();
  return {
    rooms: all<Dump["rooms"][number]>(
      `SELECT id, head, last_message_id AS lastMessageId, max(seq,
         coalesce((SELECT max(seq) FROM messages WHERE room_id = rooms.id), 0),
         coalesce((SELECT max(room_seq) FROM memberships WHERE room_id = rooms.id), 0),
         coalesce((SELECT max(room_seq) FROM receipts WHERE room_id = rooms.id), 0)) AS lastChange
       FROM rooms WHERE id IN (${asked})`,
    ),
    members: all<Dump["members"][number]>(
      `SELECT memberships.room_id AS room, memberships.user_id AS user, username_lower AS username, up_to AS upTo
       FROM memberships JOIN receipts USING (room_id, user_id)
       WHERE left_at IS NULL AND memberships.room_id IN (${asked})`,
    ),
    messages: all<MessageRow>(
      `SELECT room_id, id, seq, author_id, client_message_id, content, deleted_at, reactions, mentions
       FROM messages WHERE room_id IN (${asked}) ORDER BY room_id, id`,
    ).map(toMessage),
    indexed: all<{ place: string }>(
      `SELECT room_id || ' ' || message_id AS place FROM search_messages JOIN search ON search.rowid = number
       WHERE room_id IN (${asked})`,
    ).map(({ place }) => place),
    brokenBlobs: all<{ id: string; bytes: number }>("SELECT id, bytes FROM files WHERE state = 'kept'").flatMap(
      ({ id, bytes }) => (hasBlob(folder, id, bytes) ? [] : [`the bytes of ${id} are not there as they were stored`]),
    ),
    damage: [
      ...all<{ integrity_check: string }>("PRAGMA integrity_check")
        .map((row) => row.integrity_check)
        .filter((text) => text !== "ok"),
      ...all<{ table: string; rowid: number }>("PRAGMA foreign_key_check").map(
        ({ table, rowid }) => `row ${rowid} of ${table} refers to nothing`,
      ),
    ],
  };
}

/** How far each room has come, and whether the search index has. */
export function readHeads(folder: string): ReadonlyMap<RoomId, { readonly head: Seq; readonly isIndexed: boolean }> {
  using database = openDatabase(folder);
  const rows = database
    .query<{ id: RoomId; head: Seq; mark: Seq }, []>(
      `SELECT id, head, coalesce(search_rooms.seq, 0) AS mark FROM rooms
       LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id`,
    )
    .all();
  return new Map(rows.map(({ id, head, mark }) => [id, { head, isIndexed: mark >= head }]));
}

function openDatabase(folder: string): Database {
  const database = new Database(join(folder, "parley.db"), { readonly: true });
  database.run("PRAGMA busy_timeout = 5000");
  return database;
}

interface MessageRow {
  readonly room_id: RoomId;
  readonly id: MessageId;
  readonly seq: Seq;
  readonly author_id: UserId;
  readonly client_message_id: string | null;
  readonly content: string;
  readonly deleted_at: number | null;
  readonly reactions: string | null;
  readonly mentions: string | null;
}

function toMessage(row: MessageRow): Dump["messages"][number] {
  return {
    id: row.id,
    room: row.room_id,
    seq: row.seq,
    author: row.author_id,
    content: row.content,
    key: row.client_message_id,
    deleted: row.deleted_at !== null,
    reactions: toReactions(JSON.parse(row.reactions ?? "[]")),
    mentions: JSON.parse(row.mentions ?? "[]"),
  };
}

/** Each as `emoji user`, sorted. */
export const toReactions = (reactions: readonly Reaction[]): readonly string[] =>
  reactions.flatMap(({ emoji, users }) => users.map((user) => `${emoji} ${user}`)).sort();

function hasBlob(folder: string, id: string, bytes: number): boolean {
  const stats = statSync(join(folder, "files", id.slice(1, 3), id), { throwIfNoEntry: false });
  return stats?.size === bytes;
}
