import { rm } from "node:fs/promises";
import { join } from "node:path";
import { sqliteErrorCode } from "../platform/sqlite.ts";
import { compareMessages, copyDatabase, openCopy, sampleMessages, sizeOf, wantsFile } from "../store/sqlite/copy.ts";
import { type DatabaseTarget, type DatabaseView, take } from "./archive.ts";
import { ArchiveFault } from "./backup-error.ts";
import type { DatabaseSource } from "./database-source.ts";
import { entryOfFile } from "./tar.ts";

/** The embedded database in an archive: one file, which any SQLite opens. */
export const databaseName = "parley.db";

const samples = 100;

export function sqliteSource(path: string): DatabaseSource {
  return {
    engine: "sqlite",
    size: async () => sizeOf(path),
    async snapshot(folder) {
      const copyPath = join(folder, "snapshot.db");
      copyDatabase(path, copyPath);
      const copy = openCopy(copyPath);
      return {
        facts: copy.facts(),
        async *parts() {
          yield* entryOfFile(databaseName, copyPath);
        },
        async *files() {
          yield* copy.files();
        },
        async close() {
          copy.close();
          await rm(copyPath);
        },
      };
    },
    wantsFile: async (id) => wantsFile(path, id),
    prove: (folder) => ({
      target: async () => sqliteTarget(folder),
      isLikeItsOrigin: async () => compareMessages(path, sampleMessages(join(folder, databaseName), samples)),
      close: async () => {},
    }),
    // Its data folder is locked already.
    lock: async () => async () => {},
  };
}

/** Puts the database into `folder`. */
export function sqliteTarget(folder: string): DatabaseTarget {
  let close = () => {};
  return {
    isPart: (name) => name === databaseName,
    async take(entry) {
      await take(entry, folder);
    },
    async check() {
      return whole(() => {
        const copy = openCopy(join(folder, databaseName));
        close = () => copy.close();
        const fault = copy.findFault();
        if (fault !== null) throw new ArchiveFault(`its database cannot be used: ${fault}`);
        const facts = copy.facts();
        return {
          facts,
          findFile: async (id) => whole(() => copy.findFile(id)),
          countFiles: async () => whole(() => copy.countFiles()),
        } satisfies DatabaseView;
      });
    },
    async close() {
      close();
    },
  };
}

/** What SQLite says of a damaged file is no fault of the program. */
function whole<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    const code = sqliteErrorCode(error);
    if (code === null || code === "SQLITE_FULL") throw error;
    throw new ArchiveFault(`its database is damaged (${code})`);
  }
}
