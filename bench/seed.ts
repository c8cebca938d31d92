import { Database } from "bun:sqlite";
import { createHash, randomBytes } from "node:crypto";
import type { Room, RoomId, UserId } from "@parley/protocol/model";

/** Someone who is only a name and a session: signing thousands up would measure the hashing of passwords. */
export interface Member {
  readonly id: string;
  readonly cookie: string;
}

/**
 * Puts people with a session each into the database of a stopped server. `roomsOf` answers which rooms the one with that
 * number is a member of.
 */
export function addCrowd(path: string, count: number, roomsOf: (number: number) => readonly Room[]): readonly Member[] {
  const database = new Database(path);
  const at = Date.now();
  const insertUser = database.prepare(
    `INSERT INTO users (id, username, username_key, display_name, name_key, kind, role, password_hash, created_at, head, seq,
     workspace_seq) VALUES (?1, ?2, ?2, ?2, ?2, 'person', 'member', '', ?3, ?4, 1, 0)`,
  );
  const insertSession = database.prepare(
    `INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at, user_agent, address, seq)
     VALUES (?, ?, ?, ?, ?, ?, 'bench', '127.0.0.1', 1)`,
  );
  const insertMembership = database.prepare(
    `INSERT INTO memberships (room_id, user_id, username_lower, role, joined_at, joined_seq, room_seq, user_seq, level_seq)
     VALUES (?1, ?2, ?3, 'member', ?4, ?5, ?5, ?6, ?6)`,
  );
  const insertReceipt = database.prepare(
    `INSERT INTO receipts (room_id, user_id, up_to, seen, room_seq, user_seq)
     SELECT id, ?2, last_message_id, last_message_id, ?3, ?4 FROM rooms WHERE id = ?1`,
  );
  const countMember = database.prepare<{ head: number }, [RoomId]>(
    "UPDATE rooms SET head = head + 1, seq = head + 1, member_count = member_count + 1 WHERE id = ? RETURNING head",
  );
  const people = database.transaction(() =>
    Array.from({ length: count }, (_, number) => {
      const id = `U${String(number).padStart(16, "0")}`;
      const name = `member-${number}`;
      const token = randomBytes(32).toString("base64url");
      const rooms = roomsOf(number);
      insertUser.run(id, name, at, 1 + rooms.length);
      const hash = createHash("sha256").update(token).digest("hex");
      insertSession.run(`S${String(number).padStart(16, "0")}`, hash, id, at, at, at + 14 * 24 * 3_600_000);
      for (const [place, room] of rooms.entries()) {
        const seq = countMember.get(room.id)?.head ?? 0;
        insertMembership.run(room.id, id, name, at, seq, place + 2);
        insertReceipt.run(room.id, id, seq, place + 2);
      }
      return { id, cookie: `session=${token}` };
    }),
  )();
  database.run("UPDATE workspace SET user_count = user_count + ?", [count]);
  database.close();
  return people;
}

/** Appends messages to a room in the database of a stopped server, said a second apart. */
export function addMessages(path: string, room: Room, author: UserId, count: number): void {
  const database = new Database(path);
  const insert = database.prepare(
    "INSERT INTO messages (room_id, id, seq, author_id, content, created_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const began = Date.now() - count * 1000;
  database.transaction(() => {
    const found = database
      .query<{ head: number; last: number }, [RoomId]>("SELECT head, last_message_id AS last FROM rooms WHERE id = ?")
      .get(room.id);
    if (!found) throw new Error("there is no such room");
    const { head, last } = found;
    for (let number = 1; number <= count; number++) {
      const content = `message ${number} with some words in it, as people write them`;
      insert.run(room.id, last + number, head + number, author, content, began + number * 1000);
    }
    database.run("UPDATE rooms SET head = ?, last_message_id = ?, last_message_at = ? WHERE id = ?", [
      head + count,
      last + count,
      began + count * 1000,
      room.id,
    ]);
  })();
  database.close();
}
