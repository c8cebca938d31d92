import { expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSearch } from "@parley/protocol/search";
import { SearchQueue } from "./search-queue.ts";
import { openSqliteStore } from "./sqlite-store.ts";

test("whoever searches right after the searching thread has failed has a new one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-search-"));
  const onFatal = (error: Error) => {
    throw error;
  };
  await (await openSqliteStore(folder, { defaultSignUp: "open", onFatal })).close();
  const path = join(folder, "moved.db");
  const queue = new SearchQueue(path);
  const parsed = parseSearch("heron");
  if (!parsed.ok) throw new Error(parsed.problem);
  const search = () => queue.search({ userId: "U1", query: parsed.query, roomId: null, before: null, limit: 25 });
  // Without a database it ends as soon as it begins. It has not ended altogether when this is told.
  expect(await search().catch(String)).toContain("the searching thread failed");
  copyFileSync(join(folder, "parley.db"), path);
  expect(await search()).toEqual({ hits: [], cursor: null });
  await queue.close();
  await rm(folder, { recursive: true });
});
