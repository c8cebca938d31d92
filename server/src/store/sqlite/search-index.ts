import type { Sqlite } from "../../platform/sqlite.ts";
import { SearchSchedule } from "../search-schedule.ts";
import { indexRoom, listRoomsBehind } from "../verbs/search-index.ts";
import { drive, type Verb } from "../verbs/verb.ts";
import { searchTables } from "./search-tables.ts";

/** Indexing, and then merging, takes this long; a write that comes meanwhile waits for it. */
const sliceMs = 8;
/** One step of merging, in pages of 4 KiB. */
const mergePages = 16;

/**
 * Indexes on the writer's connection.
 *
 * Each slice adds a segment to the index, and a query looks into every segment. FTS5 merges them by itself, in the commit
 * that adds one too many and for as long as it takes: over a million messages, up to 0.2 s in which nothing is written, and
 * two thirds of all bytes. So here it merges sixteen at a time, in steps, while nothing else is written. Where that is never
 * so, segments pile up to sixty-four before it does as it would.
 */
export function setMerging(database: Sqlite): void {
  database.exec("INSERT INTO search (search, rank) VALUES ('automerge', 0), ('usermerge', 16), ('crisismerge', 64)");
}

/** Indexes, and merges, while `hasRoom`: what is left of a full disk is for what cannot wait. */
export function keepSearchIndex(
  database: Sqlite,
  hasRoom: () => boolean,
  onError: (error: unknown) => void,
): SearchSchedule {
  const run = <T>(verb: Verb<T>) => drive(verb, ({ sql, params }) => database.all(sql, params));
  return new SearchSchedule(
    run(listRoomsBehind()),
    (rooms, quiet) => {
      if (!hasRoom()) return null;
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
        if (quiet) merge(database, performance.now() + sliceMs);
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

function merge(database: Sqlite, until: number): void {
  const countChanges = () => Number(database.all("SELECT total_changes() AS changes")[0]?.changes);
  for (let before = countChanges(), more = true; more && performance.now() < until; ) {
    database.all("INSERT INTO search (search, rank) VALUES ('merge', ?)", [mergePages]);
    const after = countChanges();
    // The statement itself is one.
    more = after - before > 1;
    before = after;
  }
}
