import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Room, User } from "@parley/protocol/model";
import * as fc from "fast-check";
import { connectPostgres } from "../../platform/postgres.ts";
import { openSqlite } from "../../platform/sqlite.ts";
import { StartError } from "../../start-error.ts";
import { storeContract } from "../contract/contract.ts";
import { expectConvergence } from "../contract/convergence.ts";
import { findContents } from "../contract/search.ts";
import { type Engine, Stage, value } from "../contract/stage.ts";
import { openSqliteStore } from "../sqlite/sqlite-store.ts";
import { schemaVersion } from "./migrations.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-store.ts";
import { text } from "./sql.ts";
import { type TestDatabase, testCluster, withConnection } from "./test-cluster.ts";

setDefaultTimeout(120_000);

class PostgresEngine implements Engine {
  readonly database: TestDatabase;
  store: PostgresStore | null = null;

  constructor(database: TestDatabase) {
    this.database = database;
  }

  async open(): Promise<PostgresStore> {
    this.store = await openPostgresStore(this.database.url, { defaultSignUp: "open" });
    return this.store;
  }

  statements(): number {
    return this.store?.counts.statements ?? 0;
  }

  async dispose(): Promise<void> {
    await this.database[Symbol.asyncDispose]();
  }
}

const temporaryFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), "parley-store-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
};

const createEngine = async () => new PostgresEngine(await (await testCluster()).createDatabase());

storeContract("PostgreSQL", createEngine);

describe("PostgreSQL: the schema", () => {
  /** What each engine keeps in its own way. */
  const own = /^(parley_schema|commit_marks|search|search_\w+|sqlite_\w+)$/;
  const isShared = (name: string) => !own.test(name);

  test("has the tables, columns and indexes of SQLite's", async () => {
    await using database = await (await testCluster()).createDatabase();
    const found = await withConnection(database.url, async (connection) => {
      const [columns = [], indexes = []] = await connection.run([
        text(`SELECT table_name AS owner, column_name AS name, data_type AS type FROM information_schema.columns
          WHERE table_schema = 'public'`),
        text(`SELECT tablename AS owner, indexname AS name, '' AS type FROM pg_indexes WHERE schemaname = 'public'
          AND indexname NOT IN (SELECT conname FROM pg_constraint)`),
      ]);
      return toLines([...columns, ...indexes]);
    });
    await using folder = await temporaryFolder();
    await (await openSqliteStore(folder.path, { defaultSignUp: "open", onFatal: () => {} })).close();
    const sqlite = openSqlite(join(folder.path, "parley.db"), "read-only");
    const expected = toLines(
      sqlite.all(`SELECT tables.name AS owner, columns.name AS name,
          CASE columns.type WHEN 'INTEGER' THEN 'bigint' ELSE 'text' END AS type
        FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'
        UNION ALL SELECT tbl_name, name, '' FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`),
    );
    sqlite.close();
    expect(found).toEqual(expected);
  });

  const toLines = (rows: readonly Readonly<Record<string, string | number | null>>[]) =>
    rows
      .filter(({ owner }) => isShared(String(owner)))
      .map(({ owner, name, type }) => `${owner} ${name} ${type}`)
      .sort();
});

describe("PostgreSQL: a start is refused with one line that names the fix", () => {
  const refusal = async (url: string, alone = false): Promise<string> => {
    const error = await openPostgresStore(url, { defaultSignUp: "open", alone }).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartError);
    const { message } = error as StartError;
    expect(message).not.toContain("\n");
    expect(message).not.toContain("secret");
    return message;
  };

  test("when nobody listens there, or there is no such database", async () => {
    const cluster = await testCluster();
    expect(await refusal("postgres://me:secret@127.0.0.1:1/parley")).toMatch(/“parley” at 127.0.0.1:1 .*DATABASE_URL/);
    expect(await refusal(cluster.urlOf("nothing"))).toMatch(/no database “nothing” .*DATABASE_URL/);
  });

  test("when its texts have another encoding", async () => {
    await using database = await (await testCluster()).createDatabase(
      "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'",
    );
    expect(await refusal(database.url)).toMatch(/encoding LATIN1: .*UTF8/);
  });

  test("when the user may not make tables in it", async () => {
    await using database = await (await testCluster()).createDatabase("");
    await database.execute("CREATE ROLE visitor LOGIN");
    expect(await refusal(database.url.replace("parley@", "visitor@"))).toMatch(/may not create tables .*owner/);
    await database.execute("DROP ROLE visitor");
  });

  test("when a newer version wrote it, which changes nothing", async () => {
    await using database = await (await testCluster()).createDatabase();
    await database.execute("UPDATE parley_schema SET version = 99");
    expect(await refusal(database.url)).toMatch(/schema 99 .*newer version/);
    await database.execute(`UPDATE parley_schema SET version = ${schemaVersion}`);
    await (await openPostgresStore(database.url, { defaultSignUp: "open" })).close();
  });

  test("when it is to be opened alone, and there is no workspace, or a server on it", async () => {
    await using empty = await (await testCluster()).createDatabase("");
    expect(await refusal(empty.url, true)).toMatch(/no workspace in the database/);
    await using database = await (await testCluster()).createDatabase();
    const store = await openPostgresStore(database.url, { defaultSignUp: "open" });
    expect(await refusal(database.url, true)).toMatch(/running on the database/);
    await store.close();
    await (await openPostgresStore(database.url, { defaultSignUp: "open", alone: true })).close();
  });
});

describe("PostgreSQL: a batch of messages", () => {
  /** Who says what, by their numbers. */
  const append = fc.record({
    author: fc.nat(2),
    room: fc.nat(1),
    key: fc.option(fc.nat(5)),
    replyTo: fc.option(fc.integer({ min: 1, max: 6 })),
    at: fc.nat(3),
  });

  test("is what its messages are one by one", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(append, { minLength: 1, maxLength: 12 }), async (appends) => {
        const results = await Promise.all(
          [true, false].map(async (together) => {
            const stage = await Stage.open(await createEngine());
            try {
              const people = [...(await stage.cast("ada", "bob")), await stage.signUp("cleo")];
              // The third of them is in one of the rooms only.
              const rooms = [
                await stage.general(),
                await stage.createRoom(people[0] as User, "private", people[1] as User),
              ];
              const say = ({ author, room, key, replyTo, at }: (typeof appends)[number], index: number) =>
                stage.trySay(rooms[room] as Room, people[author] as User, `${index}`, {
                  at: stage.at + at,
                  ...(key !== null && { clientMessageId: `${key}` }),
                  ...(replyTo !== null && { replyTo }),
                });
              const outcomes = [];
              if (together) outcomes.push(...(await Promise.all(appends.map(say))));
              else for (const [index, each] of appends.entries()) outcomes.push(await say(each, index));
              await expectConvergence(stage);
              const views = await Promise.all(people.map(({ id }) => stage.store.listRooms({ userId: id })));
              return { outcomes, views };
            } finally {
              await stage.close();
            }
          }),
        );
        expect(results[0]).toEqual(results[1] as never);
      }),
      { numRuns: 8 },
    );
  });
});

describe("PostgreSQL: the search index", () => {
  const count = (engine: PostgresEngine, sql: string) =>
    withConnection(engine.database.url, async (connection) => {
      const [[row] = []] = await connection.run([text(sql)]);
      return Number(row?.count);
    });
  const caughtUp = async (engine: PostgresEngine) => {
    const behind = `SELECT count(*) AS count FROM rooms LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id
      WHERE rooms.head > coalesce(search_rooms.seq, 0)`;
    while ((await count(engine, behind)) > 0) await Bun.sleep(10);
  };

  test("[SE1] catches up with what is not indexed, and finds words of every script as the other engine does", async () => {
    const engine = await createEngine();
    const stage = await Stage.open(engine);
    const [ada] = await stage.cast("ada");
    const general = await stage.general();
    const contents = [
      "Café au lait",
      "上海人民公园",
      "東京タワー",
      "서울에서 만나요",
      "it's 'quoted' & | ! :* words",
      "ПРИВЕТ мир",
    ];
    for (const content of contents) await stage.say(general, ada, content);
    await Promise.all(Array.from({ length: 300 }, (_, index) => stage.say(general, ada, `plover ${index}`)));
    await caughtUp(engine);
    expect(await count(engine, "SELECT count(*) AS count FROM search_messages")).toBe(306);
    await stage.store.close();
    await engine.database.execute("DELETE FROM search_messages", "DELETE FROM search_rooms");
    stage.store = await engine.open();
    expect(await findContents(stage, ada, "plover 299")).toEqual(["plover 299"]);
    await caughtUp(engine);
    expect(await findContents(stage, ada, "plover")).toHaveLength(300);
    const queries: readonly (readonly [string, readonly string[]])[] = [
      ["cafe", ["Café au lait"]],
      ['"au lait"', ["Café au lait"]],
      ['"lait au"', []],
      ["人民", ["上海人民公园"]],
      ["海人", ["上海人民公园"]],
      ["人海", []],
      ["公", ["上海人民公园"]],
      ["タワー", ["東京タワー"]],
      ["만나", ["서울에서 만나요"]],
      ["quot", ["it's 'quoted' & | ! :* words"]],
      ["привет", ["ПРИВЕТ мир"]],
      ['quoted -"words quoted"', ["it's 'quoted' & | ! :* words"]],
      ["-plover -cafe -人民 -タワー -서울에서 -quoted", ["ПРИВЕТ мир"]],
    ];
    for (const [query, expected] of queries)
      expect([query, await findContents(stage, ada, query)]).toEqual([query, [...expected]]);
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
    const indexed = (word: string) =>
      count(engine, `SELECT count(*) AS count FROM search_messages WHERE words @@ CAST('${word}' AS tsquery)`);
    expect(await indexed("osprey")).toBe(4);
    value(await stage.edit(general, 1, ada, "kestrel"));
    value(await stage.remove(general, 2, ada));
    value(await stage.removeRoom(room));
    while (await stage.store.purgeRooms({ limit: 10 }));
    expect(await findContents(stage, ada, "osprey")).toEqual(["osprey three"]);
    await caughtUp(engine);
    expect([await indexed("osprey"), await indexed("kestrel")]).toEqual([1, 1]);
    expect(await count(engine, "SELECT count(*) AS count FROM search_messages")).toBe(2);
    await stage.close();
  });
});

describe("PostgreSQL: the queue of writes", () => {
  test("a batch in which one write fails is done again, each apart; what another process holds is waited for", async () => {
    const engine = await createEngine();
    const stage = await Stage.open(engine);
    const session = stage.newSession();
    const ada = value(await stage.trySignUp("ada", { session }));
    const general = await stage.general();
    const held = await connectPostgres({ url: engine.database.url, connectMs: 5000, answerMs: 30_000 });
    await held.run([text("BEGIN"), { sql: "SELECT 1 FROM rooms WHERE id = $1 FOR UPDATE", params: [general.id] }]);
    const said = stage.say(general, ada, "one");
    const signedIn = stage.store.createSession({
      userId: ada.id,
      passwordHash: "hash of ada",
      session: { ...session, id: stage.newId("S") },
      keep: 5,
      at: stage.at,
    });
    const renamed = stage.store.putUser({ userId: ada.id, displayName: "Ada" });
    await held.run([text("COMMIT")]);
    await held.close();
    expect((await said).id).toBe(1);
    expect(await signedIn.catch(String)).toContain("createSession");
    expect(value(await renamed).displayName).toBe("Ada");
    await expectConvergence(stage);
    await stage.close();
  });
});
