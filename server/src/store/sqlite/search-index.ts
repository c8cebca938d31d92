import type { Sqlite } from "../../platform/sqlite.ts";
import { SearchSchedule } from "../search-schedule.ts";
import { indexRoom, listRoomsBehind } from "../verbs/search-index.ts";
import { drive, type Verb } from "../verbs/verb.ts";
import { searchTables } from "./search-tables.ts";

/** A write that comes during a slice waits this long for it. */
const sliceMs = 8;

/** Indexes on the writer's connection. */
export function keepSearchIndex(database: Sqlite, onError: (error: unknown) => void): SearchSchedule {
  const run = <T>(verb: Verb<T>) => drive(verb, ({ sql, params }) => database.all(sql, params));
  return new SearchSchedule(
    run(listRoomsBehind()),
    (rooms) => {
      const until = performance.now() + sliceMs;
      // It needs no fsync of its own: what a power cut takes of it is indexed again.
      database.exec("PRAGMA synchronous = NORMAL");
      try {
        database.all("BEGIN IMMEDIATE");
        const done = [...rooms].filter((room) => {
          let isDone = false;
          while (!isDone && performance.now() < until) isDone = run(indexRoom(searchTables, room));
          return isDone;
        });
        database.all("COMMIT");
        return done;
      } finally {
        if (database.inTransaction) database.all("ROLLBACK");
        database.exec("PRAGMA synchronous = FULL");
      }
    },
    onError,
  );
}
