import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { openSqlite } from "../../platform/sqlite.ts";
import type { SearchInput, SearchPage } from "../search.ts";
import { searchMessages } from "../verbs/search.ts";
import { drive } from "../verbs/verb.ts";
import { searchTables } from "./search-tables.ts";

/** The searching thread: one search at a time on a connection of its own, so that neither the event loop nor the writer waits. */
export type ToSearcher =
  | { readonly type: "search"; readonly ref: number; readonly input: SearchInput }
  | { readonly type: "close" };

export type FromSearcher =
  | { readonly ref: number; readonly page: SearchPage }
  | { readonly ref: number; readonly error: string };

/** A search that takes longer answers with what it has, and a cursor. */
const timeMs = 200;

if (!parentPort) throw new Error("the searcher runs as a thread");
startSearcher(parentPort, workerData);

function startSearcher(port: MessagePort, { path }: { readonly path: string }): void {
  const post = (message: FromSearcher) => port.postMessage(message);
  const database = openSqlite(path, "read-only");
  database.exec("PRAGMA busy_timeout = 5000");
  database.exec("PRAGMA cache_size = -16384");
  database.exec("PRAGMA temp_store = MEMORY");
  port.on("message", (message: ToSearcher) => {
    if (message.type === "close") {
      database.close();
      port.close();
      return;
    }
    const { ref, input } = message;
    try {
      database.all("BEGIN");
      const page = drive(searchMessages(searchTables, input, timeMs), ({ sql, params }) => database.all(sql, params));
      post({ ref, page });
    } catch (error) {
      post({ ref, error: error instanceof Error ? error.message : String(error) });
    } finally {
      if (database.inTransaction) database.all("COMMIT");
    }
  });
}
