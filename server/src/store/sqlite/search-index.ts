import type { DeltaFrame } from "@parley/protocol/frames";
import type { Message, RoomId, Seq } from "@parley/protocol/model";
import { thingsOf, toTokens } from "@parley/protocol/search";
import type { Sqlite } from "../../platform/sqlite.ts";
import { findMessage } from "../verbs/messages.ts";
import { drive } from "../verbs/verb.ts";

/**
 * Keeps the full-text index in step, behind the acknowledgements. Each room remembers up to which seq it is indexed, in
 * the transaction that indexes; so what a crash, an upgrade or a busy hour has left over is "what changed after that
 * seq", as for any client that comes back.
 *
 *     batch ─▶ COMMIT ─▶ acks … batch ─▶ COMMIT ─▶ acks … (quiet) ─▶ a slice of the index ─▶ (quiet) ─▶ …
 */
export class SearchIndex {
  readonly #database: Sqlite;
  readonly #onError: (error: unknown) => void;
  /** Rooms that may have changed since they were indexed; who has waited longest comes first. */
  readonly #behind: Set<RoomId>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #committedAt = 0;
  #indexedAt = 0;

  constructor(database: Sqlite, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
    const rooms = database.all(
      `SELECT rooms.id FROM rooms LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id
       WHERE rooms.head > coalesce(search_rooms.seq, 0)`,
    ) as readonly { id: RoomId }[];
    this.#behind = new Set(rooms.map(({ id }) => id));
    this.#wait(quietMs);
  }

  onCommit(deltas: readonly DeltaFrame[]): void {
    for (const { topic } of deltas) if (topic.startsWith("room:")) this.#behind.add(topic.slice("room:".length));
    this.#committedAt = performance.now();
    this.#wait(quietMs);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    if (this.#timer === undefined && this.#behind.size > 0) this.#timer = setTimeout(() => this.#run(), ms);
  }

  #run(): void {
    this.#timer = undefined;
    const now = performance.now();
    const quiet = now - this.#committedAt >= quietMs;
    if (quiet || now - this.#indexedAt >= busyMs) {
      try {
        this.#indexSlice(now + sliceMs);
      } catch (error) {
        if (this.#database.inTransaction) this.#database.all("ROLLBACK");
        this.#onError(error);
        // Tried again with the next commit.
        return;
      } finally {
        this.#indexedAt = performance.now();
      }
    }
    // Between two slices whatever has come is written first.
    this.#wait(quiet ? 0 : quietMs);
  }

  /** In one transaction. It needs no fsync of its own: what a power cut takes of it is indexed again. */
  #indexSlice(until: number): void {
    const done: RoomId[] = [];
    this.#database.exec("PRAGMA synchronous = NORMAL");
    try {
      this.#database.all("BEGIN IMMEDIATE");
      for (const room of this.#behind) {
        if (!this.#indexRoom(room, until)) break;
        done.push(room);
      }
      this.#database.all("COMMIT");
    } finally {
      this.#database.exec("PRAGMA synchronous = FULL");
    }
    for (const room of done) this.#behind.delete(room);
  }

  /** Whether it came to the end of the room. */
  #indexRoom(room: RoomId, until: number): boolean {
    const state = this.#database.all(
      `SELECT rooms.head, rooms.deleted_at, coalesce(search_rooms.seq, 0) AS mark
       FROM rooms LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id WHERE rooms.id = ?`,
      [room],
    )[0] as { head: Seq; deleted_at: number | null; mark: Seq } | undefined;
    if (!state || state.mark >= state.head) return true;
    if (state.deleted_at !== null && !this.#forgetRoom(room)) return false;
    let { mark } = state;
    while (mark < state.head) {
      if (performance.now() > until) break;
      const rows =
        state.deleted_at === null
          ? (this.#database.all("SELECT id, seq FROM messages WHERE room_id = ? AND seq > ? ORDER BY seq LIMIT ?", [
              room,
              mark,
              sliceRows,
            ]) as readonly { id: number; seq: Seq }[])
          : [];
      for (const { id } of rows) this.#indexMessage(room, id);
      mark = rows.length < sliceRows ? state.head : (rows.at(-1)?.seq ?? state.head);
    }
    this.#database.all(
      "INSERT INTO search_rooms (room_id, seq) VALUES (?, ?) ON CONFLICT (room_id) DO UPDATE SET seq = excluded.seq",
      [room, mark],
    );
    return mark === state.head;
  }

  /** Whether nothing of it is left. */
  #forgetRoom(room: RoomId): boolean {
    const rows = this.#database.all("SELECT number FROM search_messages WHERE room_id = ? LIMIT ?", [room, sliceRows]);
    for (const { number } of rows) this.#remove(Number(number));
    return rows.length < sliceRows;
  }

  #indexMessage(room: RoomId, id: number): void {
    const message = drive(findMessage({ roomId: room, id }), ({ sql, params }) => this.#database.all(sql, params));
    const known = this.#database.all("SELECT number FROM search_messages WHERE room_id = ? AND message_id = ?", [
      room,
      id,
    ])[0]?.number;
    if (typeof known === "number") this.#remove(known);
    if (!message || message.deletedAt !== undefined) return;
    const number = typeof known === "number" ? known : this.#nextNumber(message);
    this.#database.all("INSERT INTO search_messages (number, room_id, message_id) VALUES (?, ?, ?)", [
      number,
      room,
      id,
    ]);
    this.#database.all("INSERT INTO search (rowid, room, author, things, content) VALUES (?, ?, ?, ?, ?)", [
      number,
      room,
      message.author.id,
      ["message", ...thingsOf(message)].join(" "),
      toTokens(message.content).join(" "),
    ]);
  }

  #remove(number: number): void {
    this.#database.all("DELETE FROM search WHERE rowid = ?", [number]);
    this.#database.all("DELETE FROM search_messages WHERE number = ?", [number]);
  }

  /** The next free number of the message's millisecond, or of one soon after it. */
  #nextNumber({ createdAt }: Message): number {
    for (let at = Date.parse(createdAt); ; at++) {
      const last = this.#database.all("SELECT max(number) AS last FROM search_messages WHERE number BETWEEN ? AND ?", [
        at * numbersPerMs,
        at * numbersPerMs + numbersPerMs - 1,
      ])[0]?.last;
      const next = typeof last === "number" ? last + 1 : at * numbersPerMs;
      if (next < (at + 1) * numbersPerMs) return next;
    }
  }
}

export const numbersPerMs = 1000;
/** So long nothing was written: the writer is idle. */
const quietMs = 50;
/** Where there is never such a moment, one slice this often. */
const busyMs = 250;
/** A write that comes during a slice waits this long for it. */
const sliceMs = 8;
const sliceRows = 64;
