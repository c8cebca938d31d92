import { expect, test } from "bun:test";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuditPage } from "@parley/protocol/http/admin";
import { connectPostgres, type PostgresRow } from "../src/platform/postgres.ts";
import { testCluster } from "../src/store/postgres/test-cluster.ts";
import { everyMessage, keepTalking, runBackup, runRestore, sendFile } from "./backup-stage.ts";
import { startServer } from "./harness.ts";
import { drawPicture } from "./pictures.ts";
import { temporaryFolder } from "./program.ts";

async function ask(url: string, sql: string): Promise<readonly PostgresRow[]> {
  const connection = await connectPostgres({ url, connectMs: 5000, answerMs: 5000 });
  try {
    const [rows = []] = await connection.run([{ sql, params: [] }]);
    return rows;
  } finally {
    await connection.close();
  }
}

const schemas = "SELECT nspname::text AS name FROM pg_namespace WHERE nspname !~ '^pg_|information_schema' ORDER BY 1";

test("[BA1] [BA2] [BA5] a PostgreSQL database is backed up under load, and restored into an empty one", async () => {
  const cluster = await testCluster();
  await using database = await cluster.createDatabase();
  await using other = await cluster.createDatabase("TEMPLATE template0");
  await using place = await temporaryFolder();
  const file = join(place.path, "one.tar");
  await using server = await startServer({ databaseUrl: database.url });
  const environment = { DATABASE_URL: database.url, PARLEY_DATA: server.folder };
  const ada = await server.signUp("ada");
  const lin = await server.signUp("lin");
  const { rooms } = await ada.ok<{ rooms: { id: string; slug: string }[] }>("GET", "/api/rooms");
  const room = await ada.createRoom("Boats");
  expect(rooms).toHaveLength(1);
  await lin.ok("PUT", `/api/rooms/${room.id}/membership`);
  await ada.ok("PUT", "/api/me/avatar", await drawPicture(300, 300));
  await sendFile(lin, room, 'words \\ "quoted"\n\tand → 👍', "the words");
  await ada.ok("PUT", `/api/rooms/${room.id}/messages/1/reactions/👍`);
  const talk = keepTalking([ada, lin], room);
  while (talk.acknowledged.size < 600) await Bun.sleep(5);
  const before = new Map(talk.acknowledged);
  const made = await runBackup(place.path, [file], environment).ended;
  await talk.stop();
  expect([made.code, made.errors]).toEqual([0, ""]);
  expect(await ask(database.url, schemas)).toEqual([{ name: "public" }]);
  const tar = Bun.spawnSync(["tar", "-tf", file]).stdout.toString().split("\n");
  expect(tar[0]).toBe("manifest.json");
  expect(tar).toContain("tables/messages.jsonl");
  expect(tar).not.toContain("tables/search_messages.jsonl");

  const data = join(place.path, "data");
  const elsewhere = { DATABASE_URL: other.url, PARLEY_DATA: data };
  const restored = await runRestore(place.path, [file, "--keep-sessions"], elsewhere).ended;
  expect([restored.code, restored.errors]).toEqual([0, ""]);
  expect(restored.output).toMatch(/^Restored as it was at .* with \d+ messages and 2 files\.\n$/);
  expect(await ask(other.url, schemas)).toEqual([{ name: "public" }]);
  const shown = await everyMessage(ada, room);
  const { epoch } = await ada.messages(room);
  await server.stop();
  await rm(join(server.folder, "files"), { recursive: true });
  await Bun.$`cp -r ${join(data, "files")} ${server.folder}`.quiet();
  await server.restart({ databaseUrl: other.url });
  const messages = await everyMessage(ada, room);
  expect(messages.map(({ id }) => id)).toEqual(messages.map((_, index) => index + 1));
  for (const [id, content] of before) expect(messages[id - 1]?.content).toBe(content);
  expect(shown.slice(0, messages.length)).toEqual([...messages]);
  expect(messages[0]).toMatchObject({ reactions: [{ emoji: "👍", count: 1 }], attachments: [{}] });
  expect((await ada.messages(room)).epoch).not.toBe(epoch);
  expect((await lin.download(`/api/files/${messages[0]?.attachments?.[0]?.id}`)).status).toBe(200);
  // It goes on: what counts up goes on from where it was.
  await ada.send(room, "and on");
  const { entries } = await ada.ok<AuditPage>("GET", "/api/admin/audit");
  expect(entries.map(({ act }) => act)).toContain("workspace.restored");
  const { results } = await ada.ok<{ results: unknown[] }>("GET", `/api/search?q=${encodeURIComponent("quoted")}`);
  expect(results).toHaveLength(1);
});

test("[BA3] [BA4] a restore leaves a database that is in use, and one that has a workspace, as it is", async () => {
  const cluster = await testCluster();
  await using database = await cluster.createDatabase();
  await using place = await temporaryFolder();
  const file = join(place.path, "one.tar");
  await using server = await startServer({ databaseUrl: database.url });
  const environment = { DATABASE_URL: database.url, PARLEY_DATA: server.folder };
  const ada = await server.signUp("ada");
  const room = await ada.createRoom("Boats");
  await ada.send(room, "kept");
  expect((await runBackup(place.path, [file], environment).ended).errors).toBe("");
  await ada.send(room, "later");
  const refusal = async (words: readonly string[], more = environment) => {
    const { code, output, errors } = await runRestore(place.path, words, more).ended;
    expect([code, output]).toEqual([1, ""]);
    return errors;
  };
  expect(await refusal([file, "--replace"])).toMatch(/^Parley is running on the database/);
  await server.stop();
  expect(await refusal([file])).toMatch(/^There is a workspace in the database/);
  const bytes = await readFile(file);
  const damaged = join(place.path, "damaged.tar");
  for (const at of [bytes.indexOf('"kept"') + 2, bytes.indexOf("tables/rooms") + 2, bytes.length - 2000]) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    await writeFile(damaged, flipped);
    expect(await refusal([damaged, "--replace"])).toMatch(/cannot be used, and nothing was restored/);
  }
  expect(await refusal([file], { DATABASE_URL: "", PARLEY_DATA: join(place.path, "none") })).toMatch(
    /DATABASE_URL names none/,
  );
  expect(await ask(database.url, schemas)).toEqual([{ name: "public" }]);
  const restored = await runRestore(place.path, [file, "--replace", "--keep-sessions"], environment).ended;
  expect([restored.code, restored.errors]).toEqual([0, ""]);
  const [, kept = ""] = /What was there before is in the schema (\w+) of/.exec(restored.output) ?? [];
  expect(await ask(database.url, `SELECT content FROM "${kept}".messages ORDER BY id`)).toEqual([
    { content: "kept" },
    { content: "later" },
  ]);
  await server.restart();
  expect((await everyMessage(ada, room)).map(({ content }) => content)).toEqual(["kept"]);
});

test("[BA2] a backup that is killed leaves nothing that the next does not remove, in the database as well", async () => {
  const cluster = await testCluster();
  await using database = await cluster.createDatabase();
  await using place = await temporaryFolder();
  await using server = await startServer({ databaseUrl: database.url });
  const environment = { DATABASE_URL: database.url, PARLEY_DATA: server.folder };
  const ada = await server.signUp("ada");
  const room = await ada.createRoom("Boats");
  await Promise.all(Array.from({ length: 300 }, (_, n) => ada.send(room, `${n}`)));
  const file = join(place.path, "one.tar");
  const backup = runBackup(place.path, [file], environment);
  const proof = "SELECT 1 AS is FROM pg_namespace WHERE nspname = 'parley_proof'";
  while ((await ask(database.url, proof)).length === 0) await Bun.sleep(1);
  backup.kill();
  expect((await backup.ended).code).toBeNull();
  const again = await runBackup(place.path, [file], environment).ended;
  expect([again.code, again.errors]).toEqual([0, ""]);
  expect(await ask(database.url, schemas)).toEqual([{ name: "public" }]);
});
