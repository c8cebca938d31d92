import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@parley/protocol/limits";
import { parseSearch } from "@parley/protocol/search";
import { openSqlite } from "../../platform/sqlite.ts";
import { StartError } from "../../start-error.ts";
import { storeContract } from "../contract/contract.ts";
import { expectConvergence } from "../contract/convergence.ts";
import { findContents } from "../contract/search.ts";
import { type Engine, refusal, Stage, topicOf, value } from "../contract/stage.ts";
import type { SearchPage } from "../search.ts";
import { searchMessages } from "../verbs/search.ts";
import { drive } from "../verbs/verb.ts";
import { createSearch } from "./migrations/search.ts";
import { schemaVersion } from "./migrations.ts";
import { searchTables } from "./search-tables.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-store.ts";

// Every test waits for a real disk, which others may be using too.
setDefaultTimeout(30_000);

/** Some containers do not let a program be traced, and so a disk fail. */
const canTrace = spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status === 0;
const why = canTrace ? "" : " (skipped: strace may not trace here)";

const createFolder = () => mkdtemp(join(tmpdir(), "parley-store-"));

const options = {
  defaultSignUp: "open",
  onFatal: (error: Error) => {
    throw error;
  },
} as const;

class SqliteEngine implements Engine {
  readonly folder: string;
  store: SqliteStore | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  async open(): Promise<SqliteStore> {
    this.store = await openSqliteStore(this.folder, options);
    return this.store;
  }

  statements(): number {
    return this.store?.counts.statements ?? 0;
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  /** Lets a test look at, or change, what only the engine knows. The store must be closed to change anything. */
  withDatabase<T>(run: (database: ReturnType<typeof openSqlite>) => T): T {
    const database = openSqlite(join(this.folder, "parley.db"), "read-write");
    try {
      // The store may be at work on its index.
      database.exec("PRAGMA busy_timeout = 5000");
      return run(database);
    } finally {
      database.close();
    }
  }
}

const createEngine = async () => new SqliteEngine(await createFolder());

storeContract("SQLite", createEngine);

describe("SQLite: group commit", () => {
  test("deltas that would be too large are split, and still follow each other", async () => {
    const stage = await Stage.open(await createEngine());
    const [ada] = await stage.cast("ada");
    const general = await stage.general();
    const content = "☕".repeat(limits.messageLength);
    await Promise.all(Array.from({ length: 40 }, () => stage.say(general, ada, content)));
    expect(stage.seen.length).toBeGreaterThan(5);
    for (const delta of stage.seen) expect(JSON.stringify(delta).length).toBeLessThanOrEqual(limits.deltaBytes);
    await expectConvergence(stage);
    await stage.close();
  });

  test("a room of the greatest size takes nobody more", async () => {
    const engine = await createEngine();
    const stage = await Stage.open(engine);
    const [ada, bob] = await stage.cast("ada", "bob");
    const room = await stage.createRoom(ada);
    const { code } = await stage.invite(room, ada);
    await stage.store.close();
    const setCount = (count: number) =>
      engine.withDatabase((database) =>
        database.all("UPDATE rooms SET member_count = ? WHERE id = ?", [count, room.id]),
      );
    setCount(limits.roomMembers);
    stage.store = await engine.open();
    expect(refusal(await stage.join(room, bob))).toBe("limit_reached");
    expect(refusal(await stage.trySignUp("cleo", { invite: code }))).toBe("limit_reached");
    expect(await stage.store.findAccountByLogin({ login: "cleo" })).toBeNull();
    await stage.store.close();
    setCount(limits.roomMembers - 1);
    stage.store = await engine.open();
    value(await stage.join(room, bob));
    await stage.close();
  });
});

describe("SQLite: the data folder", () => {
  const folders: string[] = [];
  const newFolder = async () => {
    const folder = await createFolder();
    folders.push(folder);
    return folder;
  };
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  const expectRefusal = async (folder: string, ...words: readonly string[]) => {
    const error = await openSqliteStore(folder, options).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartError);
    const message = error instanceof Error ? error.message : "";
    expect(message).not.toContain("\n");
    for (const word of words) expect(message).toContain(word);
  };

  test("is created, for this user alone", async () => {
    const folder = join(await newFolder(), "a", "b");
    const store = await openSqliteStore(folder, options);
    await store.putWorkspace({ name: "Tea House", by: { userId: null, role: null, address: null }, at: 0 });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const file of await readdir(folder)) {
      expect({ file, mode: (await stat(join(folder, file))).mode & 0o777 }).toEqual({ file, mode: 0o600 });
    }
    await store.close();
    // A closed store is one file: the log has moved into the database.
    expect((await readdir(folder)).sort()).toEqual(["parley.db", "parley.lock"]);
  });

  test("is refused while it is in use, and free once the store is closed", async () => {
    const folder = await newFolder();
    const store = await openSqliteStore(folder, options);
    await expectRefusal(folder, folder, "in use", "PARLEY_DATA");
    await store.close();
    await (await openSqliteStore(folder, options)).close();
  });

  test("is its owner's alone from the start on, whatever it was before (BK-03)", async () => {
    const folder = await newFolder();
    await chmod(folder, 0o755);
    await (await openSqliteStore(folder, options)).close();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  test("is refused when it is a file, or within one", async () => {
    const file = join(await newFolder(), "file");
    await writeFile(file, "");
    await expectRefusal(file, file, "cannot be written", "PARLEY_DATA");
    await expectRefusal(join(file, "data"), "cannot be written");
  });

  // Nothing is read-only to the superuser.
  test.skipIf(process.getuid?.() === 0)("is refused when it is read-only", async () => {
    const folder = join(await newFolder(), "data");
    await mkdir(folder, { mode: 0o500 });
    await expectRefusal(folder, "cannot be written", "EACCES");
    await chmod(folder, 0o700);
  });

  test("is refused when its database is none, and not changed", async () => {
    const folder = await newFolder();
    const text = "not a database, but long enough to look at ".repeat(20);
    await writeFile(join(folder, "parley.db"), text);
    await expectRefusal(folder, "parley.db", "SQLITE_NOTADB", "backup");
    expect(await readFile(join(folder, "parley.db"), "utf8")).toBe(text);
  });

  test("is refused when a newer version wrote it, and opens again with that number taken back", async () => {
    const engine = new SqliteEngine(await newFolder());
    await (await engine.open()).close();
    engine.withDatabase((database) => database.exec("PRAGMA user_version = 99"));
    await expectRefusal(engine.folder, "schema 99", "newer version");
    engine.withDatabase((database) => database.exec(`PRAGMA user_version = ${schemaVersion}`));
    await (await engine.open()).close();
  });

  test("keeps its epoch from start to start", async () => {
    const engine = new SqliteEngine(await newFolder());
    const epochs = new Set<string>();
    for (let start = 0; start < 3; start++) {
      const store = await engine.open();
      epochs.add((await store.getWorkspace({})).epoch);
      await store.close();
    }
    expect(epochs.size).toBe(1);
  });
});

describe("SQLite: the search index", () => {
  const isCaughtUp = (engine: SqliteEngine) =>
    engine.withDatabase(
      (database) =>
        database.all(
          `SELECT 1 FROM rooms LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id
           WHERE rooms.head > coalesce(search_rooms.seq, 0)`,
        ).length === 0,
    );
  const caughtUp = async (engine: SqliteEngine) => {
    while (!isCaughtUp(engine)) await Bun.sleep(5);
  };
  const count = (engine: SqliteEngine, match: string) =>
    engine.withDatabase((database) => database.all("SELECT rowid FROM search WHERE search MATCH ?", [match]).length);

  test("[SE1] catches up with what an older version wrote, and with what a crash has left over", async () => {
    const engine = await createEngine();
    const stage = await Stage.open(engine);
    const [ada] = await stage.cast("ada");
    const general = await stage.general();
    await Promise.all(Array.from({ length: 700 }, (_, index) => stage.say(general, ada, `plover ${index}`)));
    await stage.store.close();
    engine.withDatabase((database) => {
      database.exec("DROP TABLE search");
      database.exec("DROP TABLE search_messages");
      database.exec("DROP TABLE search_rooms");
      createSearch(database);
    });
    stage.store = await engine.open();
    // The newest are found before the index knows anything.
    expect(await findContents(stage, ada, "plover 699")).toEqual(["plover 699"]);
    await caughtUp(engine);
    expect(count(engine, "plover")).toBe(700);
    expect(await findContents(stage, ada, "plover")).toHaveLength(700);
    await stage.close();
  });

  test("[SE1] stays in few segments, whatever many small commits it grew by", async () => {
    const engine = await createEngine();
    const stage = await Stage.open(engine);
    const [ada] = await stage.cast("ada");
    const general = await stage.general();
    for (let round = 0; round < 40; round++) {
      await stage.say(general, ada, `bittern ${round}`);
      await caughtUp(engine);
    }
    // A page's number begins with that of its segment.
    const segments = () =>
      engine.withDatabase((database) => database.all("SELECT DISTINCT id >> 37 FROM search_data WHERE id >> 37 > 0"));
    expect(segments().length).toBeLessThan(20);
    expect(count(engine, "bittern")).toBe(40);
    engine.withDatabase((database) => database.exec("INSERT INTO search (search) VALUES ('integrity-check')"));
    await stage.close();
  });

  test("[SE9] PG-04 is read to its end by pages that have no time at all", async () => {
    const engine = await createEngine();
    const stage = await Stage.open(engine);
    const [ada] = await stage.cast("ada");
    const general = await stage.general();
    for (let round = 0; round < 3; round++) {
      stage.at += 1;
      await Promise.all(Array.from({ length: 100 }, (_, index) => stage.say(general, ada, `dipper ${index}`)));
      await caughtUp(engine);
    }
    // One that the index does not know yet.
    await stage.say(general, ada, "dipper");
    const parsed = parseSearch("dipper");
    if (!parsed.ok) throw new Error(parsed.problem);
    const input = { userId: ada.id, query: parsed.query, roomId: null, limit: 1000 };
    const found = engine.withDatabase((database) => {
      const ids: number[] = [];
      for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
        const page: SearchPage = drive(searchMessages(searchTables, { ...input, before }, 0), ({ sql, params }) =>
          database.all(sql, params),
        );
        ids.push(...page.hits.map(({ message }) => message.id));
        expect(page.cursor).not.toBe(before);
        before = page.cursor;
      }
      return ids;
    });
    expect(found.sort((a, b) => a - b)).toEqual(Array.from({ length: 301 }, (_, index) => index + 1));
    await stage.close();
  });

  test("[SE1] a message that changes keeps its number beside a new one of its millisecond", async () => {
    const engine = await createEngine();
    const stage = await Stage.open(engine);
    const [ada] = await stage.cast("ada");
    const general = await stage.general();
    await stage.say(general, ada, "a rail");
    await caughtUp(engine);
    await Promise.all([stage.edit(general, 1, ada, "a water rail"), stage.say(general, ada, "another rail")]);
    await caughtUp(engine);
    expect((await findContents(stage, ada, "rail")).toSorted()).toEqual(["a water rail", "another rail"]);
    await stage.close();
  });

  test("[SE5] forgets what was deleted, edited away, or went with its room", async () => {
    const engine = await createEngine();
    const stage = await Stage.open(engine);
    const [ada] = await stage.cast("ada");
    const general = await stage.general();
    const room = await stage.createRoom(ada, "private");
    for (const content of ["osprey one", "osprey two", "osprey three"]) await stage.say(general, ada, content);
    await stage.say(room, ada, "osprey four");
    await caughtUp(engine);
    expect(count(engine, "osprey")).toBe(4);
    value(await stage.edit(general, 1, ada, "kestrel"));
    value(await stage.remove(general, 2, ada));
    value(await stage.removeRoom(room));
    while (await stage.store.purgeRooms({ limit: 10 }));
    expect(await findContents(stage, ada, "osprey")).toEqual(["osprey three"]);
    await caughtUp(engine);
    expect(count(engine, "osprey")).toBe(1);
    expect(count(engine, "kestrel")).toBe(1);
    expect(await findContents(stage, ada, "osprey")).toEqual(["osprey three"]);
    expect(engine.withDatabase((database) => database.all("SELECT * FROM search_messages"))).toHaveLength(2);
    await stage.close();
  });
});

describe("SQLite: a process that dies", () => {
  /** Founds a workspace, and lets a child append to it until `enough` says so of what it has printed. */
  async function runChild(
    engine: SqliteEngine,
    command: (script: string) => string[],
    enough: (output: string) => Promise<boolean> | boolean,
  ) {
    const stage = await Stage.open(engine);
    await stage.cast("ada");
    await stage.store.close();
    const child = Bun.spawn(command(join(import.meta.dir, "append-until-killed.ts")), {
      stdout: "pipe",
      stderr: "inherit",
    });
    const decoder = new TextDecoder();
    let output = "";
    for await (const chunk of child.stdout) {
      output += decoder.decode(chunk, { stream: true });
      if (await enough(output)) child.kill("SIGKILL");
    }
    const exitCode = await child.exited;
    const acked = [...output.matchAll(/^acked (\d+) (\S+)$/gm)].map(([, id, key]) => ({ id: Number(id), key }));
    stage.store = await engine.open();
    return { stage, output, acked, exitCode };
  }

  async function expectAcked(stage: Stage, acked: readonly { id: number; key: string | undefined }[]): Promise<void> {
    const { id: roomId, lastMessageId } = await stage.general();
    for (const { id, key } of acked) {
      const message = await stage.store.findMessage({ roomId, id });
      expect(message).toMatchObject({ id, clientMessageId: key, content: `content of ${key} `.repeat(50) });
    }
    const answer = await stage.store.changesSince({
      topic: topicOf(await stage.general()),
      since: 1,
      limit: 1_000_000,
    });
    const messages = answer.kind === "changes" ? (answer.delta.messages ?? []) : [];
    expect(messages.map(({ id }) => id)).toEqual(Array.from({ length: lastMessageId }, (_, index) => index + 1));
  }

  test("by kill -9 loses nothing that it acknowledged, and leaves the folder free", async () => {
    const engine = await createEngine();
    let refused: unknown = null;
    const { stage, acked } = await runChild(
      engine,
      (script) => [process.execPath, script, engine.folder],
      async (output) => {
        // Meanwhile the folder belongs to the child.
        refused ??= await engine.open().catch((error: unknown) => error);
        return output.length > 4000;
      },
    );
    expect(refused).toBeInstanceOf(StartError);
    expect(acked.length).toBeGreaterThan(100);
    await expectAcked(stage, acked);
    await stage.close();
  });

  test.skipIf(!canTrace)(
    `of a disk that fails says so and exits, and loses nothing that it acknowledged${why}`,
    async () => {
      const engine = await createEngine();
      // From its twentieth time on, a thread that syncs is told that the disk has not kept what it was given.
      const failing = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=20+"];
      const { stage, acked, output, exitCode } = await runChild(
        engine,
        (script) => ["strace", "-f", "-qq", "-o", "/dev/null", ...failing, process.execPath, script, engine.folder],
        () => false,
      );
      expect(output).toContain("fatal the store failed: SQLITE_IOERR_FSYNC");
      expect(exitCode).toBe(1);
      expect(acked.length).toBeGreaterThan(10);
      await expectAcked(stage, acked);
      await stage.close();
      expect(existsSync(engine.folder)).toBe(false);
    },
  );
});
