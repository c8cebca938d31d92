import type { RoomId } from "@parley/protocol/model";
import type { Postgres } from "../../platform/postgres.ts";
import { SearchSchedule } from "../search-schedule.ts";
import { indexRoom, listRoomsBehind } from "../verbs/search-index.ts";
import { drive } from "./drive.ts";
import { tryLockIndexing } from "./locks.ts";
import type { Pool } from "./pool.ts";
import { searchTables } from "./search-tables.ts";
import { text } from "./sql.ts";

/**
 * Indexes on a connection of its own. Of several processes one indexes at a time; what another one finds taken it tries again
 * later, when it is most likely done.
 */
export async function keepSearchIndex(pool: Pool): Promise<SearchSchedule> {
  const behind = await pool.use((connection) => drive(connection, listRoomsBehind()));
  return new SearchSchedule(
    behind,
    async ([room]) => {
      if (room === undefined) return [];
      const isDone = await pool.use((connection) => indexSlice(connection, room));
      return isDone === null ? null : isDone ? [room] : [];
    },
    // The database is out of reach, or restarts: what is missing is found in the room itself.
    () => {},
  );
}

/** Whether it came to the room's end; null when another process is indexing. */
async function indexSlice(connection: Postgres, room: RoomId): Promise<boolean | null> {
  // What a crash takes of it is indexed again.
  const begin = [text("BEGIN ISOLATION LEVEL READ COMMITTED"), text("SET LOCAL synchronous_commit = off")];
  const answers = await connection.run([...begin, tryLockIndexing]);
  const isLocked = answers[begin.length]?.[0]?.locked === 1;
  const isDone = isLocked ? await drive(connection, indexRoom(searchTables, room)) : null;
  await connection.run([text("COMMIT")]);
  return isDone;
}
