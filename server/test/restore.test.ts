import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { roomTopic } from "@parley/protocol/model";
import { ArchiveWriter, names } from "../src/backup/archive.ts";
import { makeBackup } from "../src/backup/backup.ts";
import { BackupError } from "../src/backup/backup-error.ts";
import { restoreBackup } from "../src/backup/restore.ts";
import { sqliteSource } from "../src/backup/sqlite-database.ts";
import { readTar } from "../src/backup/tar.ts";
import { openSqlite } from "../src/platform/sqlite.ts";
import { migrateTo, schemaVersion } from "../src/store/sqlite/migrations.ts";
import { finishReplacement } from "../src/store/sqlite/replacement.ts";
import { startWithCast } from "./harness.ts";
import { temporaryFolder } from "./program.ts";

/** A small backup, made once, to be damaged in every way. */
let place: Awaited<ReturnType<typeof temporaryFolder>>;
let whole: string;

const backupOf = (dataFolder: string, file: string) =>
  makeBackup(file, {
    source: sqliteSource(join(dataFolder, "parley.db")),
    dataFolder,
    fileStore: "folder",
    version: "0",
    now: Date.now,
  });

const restoreTo = (dataFolder: string, file: string, choices = {}) =>
  restoreBackup(file, {
    dataFolder,
    databaseUrl: null,
    defaultSignUp: "open",
    replace: false,
    keepSessions: false,
    now: Date.now,
    ...choices,
  });

beforeAll(async () => {
  place = await temporaryFolder();
  whole = join(place.path, "whole.tar");
  await using cast = await startWithCast();
  const { lin, general, server } = cast;
  const { id } = await lin.upload(general, "words", "the words");
  await lin.ok("POST", `/api/rooms/${general.id}/messages`, { content: "see", attachments: [id] });
  await backupOf(server.folder, whole);
});

afterAll(() => place[Symbol.asyncDispose]());

/** The line that a restore of this archive is refused with. Nothing is left of it. */
async function refusal(file: string): Promise<string> {
  const folder = join(place.path, "data");
  const error: unknown = await restoreTo(folder, file).catch((each: unknown) => each);
  expect((await readdir(folder)).sort()).toEqual(["parley.lock"]);
  if (error instanceof BackupError) return error.message;
  throw error ?? new Error("it was restored");
}

type Entries = [name: string, content: Uint8Array][];

async function entriesOf(file: string): Promise<Entries> {
  const archive = await open(file, "r");
  const entries: Entries = [];
  for await (const { name, content } of readTar(archive)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    entries.push([name, Buffer.concat(chunks)]);
  }
  await archive.close();
  return entries;
}

/** An archive of the right form, with sums that fit, whatever is in it. */
async function made(change: (entries: Entries) => void): Promise<string> {
  const entries = (await entriesOf(whole)).filter(([name]) => name !== names.sums);
  change(entries);
  const file = join(place.path, "made.tar");
  await rm(file, { force: true });
  const archive = await open(file, "wx");
  const writer = new ArchiveWriter(archive, 0);
  for (const [name, bytes] of entries) {
    await writer.add({
      name,
      bytes: bytes.byteLength,
      content: (async function* () {
        yield bytes;
      })(),
    });
  }
  await writer.end();
  await archive.close();
  return file;
}

const indexOf = (entries: Entries, prefix: string) => entries.findIndex(([name]) => name.startsWith(prefix));
const changed = (entries: Entries, name: string, change: (text: string) => string) => {
  const entry = entries[indexOf(entries, name)];
  if (entry) entry[1] = Buffer.from(change(Buffer.from(entry[1]).toString()));
};

test("[BA3] a flipped bit anywhere is found, and nothing is restored", async () => {
  const bytes = await readFile(whole);
  const file = join(place.path, "flipped.tar");
  const last = bytes.length - 1;
  const headers = [...bytes.toString("latin1").matchAll(/ustar/g)].map(({ index }) => index - 257);
  const around = headers.flatMap((at) => [at, at + 124, at + 140, at + 150, at + 155, at + 156, at + 300, at + 511]);
  const anywhere = Array.from({ length: 60 }, () => Math.floor(Math.random() * bytes.length));
  for (const at of [...around, last, last - 600, ...anywhere]) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
    await writeFile(file, damaged);
    expect([at, await refusal(file)]).toEqual([
      at,
      expect.stringMatching(/cannot be used, and nothing was restored: /),
    ]);
  }
});

test("[BA3] one that is cut off anywhere, or has something behind it, is refused", async () => {
  const bytes = await readFile(whole);
  const file = join(place.path, "cut.tar");
  for (const length of [0, 1, 511, 512, 1024, 5000, bytes.length / 2, bytes.length - 1024, bytes.length - 512]) {
    await writeFile(file, bytes.subarray(0, length));
    expect([length, await refusal(file)]).toEqual([length, expect.stringMatching(/cut off/)]);
  }
  await writeFile(file, Buffer.concat([bytes, new Uint8Array(512)]));
  expect(await refusal(file)).toMatch(/its end is damaged/);
  expect(await refusal(join(place.path, "nowhere.tar"))).toMatch(/^The backup .* cannot be read \(ENOENT\)\.$/);
});

test("[BA3] BK-01: names that lead elsewhere, doubled ones and strangers are refused, though their sums fit", async () => {
  const bytes = Buffer.from("x");
  const strangers = [
    "../evil",
    "/tmp/evil",
    "files/../../evil",
    "files/AB/evil",
    "parley.db-wal",
    "files/AB/FZZ",
    "files",
  ];
  for (const name of strangers) {
    const file = await made((entries) => entries.splice(indexOf(entries, names.lost), 0, [name, bytes]));
    expect([name, await refusal(file)]).toEqual([name, expect.stringMatching(/does not belong there/)]);
  }
  for (const prefix of ["manifest.json", "parley.db", "files/"]) {
    const file = await made((entries) => {
      const at = indexOf(entries, prefix);
      const entry = entries[at];
      if (entry) entries.splice(at, 0, entry);
    });
    expect([prefix, await refusal(file)]).toEqual([prefix, expect.stringMatching(/does not belong there/)]);
  }
  const behind = await made((entries) => entries.push(["more.json", bytes]));
  expect(await refusal(behind)).toMatch(/does not belong there/);
  expect(existsSync("/tmp/evil")).toBe(false);
});

test("[BA3] BK-01: links, folders and devices of another tar are refused", async () => {
  const folder = join(place.path, "links");
  await mkdir(folder);
  await symlink("/etc/passwd", join(folder, "manifest.json"));
  for (const [name, words] of [
    ["link", ["manifest.json"]],
    ["folder", ["."]],
    ["device", ["-P", "/dev/null"]],
  ] as const) {
    const file = join(place.path, `${name}.tar`);
    Bun.spawnSync(["tar", "-C", folder, "-cf", file, "--format=ustar", ...words]);
    expect([name, await refusal(file)]).toEqual([
      name,
      expect.stringMatching(/damaged, or this is no backup of Parley/),
    ]);
  }
});

test("[BA3] what a newer version has made is told apart from what is damaged", async () => {
  const newer = await made((entries) =>
    changed(entries, "manifest", (text) => text.replace('"format": 1', '"format": 2')),
  );
  expect(await refusal(newer)).toMatch(
    /it has format 2 and this version of Parley knows only 1: use the newer version/,
  );
  const database = join(place.path, "newer.db");
  const altered = async (sql: string) => {
    const file = await made(() => {});
    const entries = await entriesOf(file);
    await writeFile(database, entries[indexOf(entries, "parley.db")]?.[1] ?? "");
    const sqlite = openSqlite(database, "read-write");
    sqlite.exec(sql);
    sqlite.close();
    const bytes = await readFile(database);
    return made((each) => each.splice(indexOf(each, "parley.db"), 1, ["parley.db", bytes]));
  };
  expect(await refusal(await altered("PRAGMA user_version = 9999"))).toMatch(
    /has schema 9999 and this version of Parley/,
  );
  for (const [sql, reason] of [
    ["CREATE TRIGGER evil AFTER INSERT ON messages BEGIN DELETE FROM users; END", /its tables are not those of Parley/],
    ["CREATE TABLE evil (x)", /its tables are not those of Parley/],
    ["DELETE FROM messages", /the messages of the room R\w+ are not all there/],
    ["DELETE FROM receipts", /does not have what the manifest says/],
    ["UPDATE rooms SET head = head + 1", /do not have what the manifest says/],
    ["UPDATE files SET sha256 = 'x'", /^.*files\/..\/F\w+ is damaged/],
    ["DELETE FROM users WHERE username = 'lin'", /a row of \w+ refers to one that is not there/],
  ] as const) {
    expect([sql, await refusal(await altered(sql))]).toEqual([sql, expect.stringMatching(reason)]);
  }
  const lost = await made((entries) => entries.splice(indexOf(entries, "files/"), 1));
  expect(await refusal(lost)).toMatch(/1 files are missing/);
});

test("[BA4] whenever a restore is killed, the folder has the old workspace or the new one, and the old one is kept", async () => {
  await using folder = await temporaryFolder();
  const data = join(folder.path, "data");
  const renames: readonly [from: string, to: string][] = [
    ["parley.db-wal", ".restored/before/parley.db-wal"],
    ["parley.db-shm", ".restored/before/parley.db-shm"],
    ["parley.db", ".restored/before/parley.db"],
    [".restored/parley.db", "parley.db"],
    ["files", ".restored/before/files"],
    [".restored/files", "files"],
  ];
  for (let done = 0; done <= renames.length; done++) {
    await mkdir(join(data, "files"), { recursive: true });
    await mkdir(join(data, ".restored/files"), { recursive: true });
    await mkdir(join(data, ".restored/before"), { recursive: true });
    for (const name of ["parley.db", "parley.db-wal", "parley.db-shm", "files/one"])
      await writeFile(join(data, name), "old");
    for (const name of ["parley.db", "files/one"]) await writeFile(join(data, ".restored", name), "new");
    for (const [from, to] of renames.slice(0, done)) {
      expect(Bun.spawnSync(["mv", "-T", join(data, from), join(data, to)]).exitCode).toBe(0);
    }
    const before = finishReplacement(data) ?? "";
    const left = (await readdir(data)).filter((name) => !before.endsWith(name)).sort();
    expect([done, left]).toEqual([done, ["files", "parley.db"]]);
    expect((await readdir(before)).sort()).toEqual(["files", "parley.db", "parley.db-shm", "parley.db-wal"]);
    for (const [path, content] of [
      [join(data, "parley.db"), "new"],
      [join(data, "files/one"), "new"],
      [join(before, "parley.db"), "old"],
      [join(before, "files/one"), "old"],
    ] as const) {
      expect([path, await readFile(path, "utf8")]).toEqual([path, content]);
    }
    expect(finishReplacement(data)).toBeNull();
    await rm(data, { recursive: true });
  }
});

test("[BA4] restores of one second keep each what was there before", async () => {
  await using folder = await temporaryFolder();
  const kept: string[] = [];
  for (const content of ["one", "two", "three"]) {
    await mkdir(join(folder.path, ".restored"), { recursive: true });
    for (const name of [".restored/parley.db", "parley.db"]) await writeFile(join(folder.path, name), content);
    kept.push(finishReplacement(folder.path) ?? "");
  }
  const contents = await Promise.all(kept.map((path) => readFile(join(path, "parley.db"), "utf8")));
  expect(contents).toEqual(["one", "two", "three"]);
});

test("[BA5] 20 clients that hold newer state are reset by the new epoch, and see what the backup has", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, sam, noor, general } = cast;
  await ada.send(general, "before");
  const file = join(place.path, "older.tar");
  await backupOf(server.folder, file);
  await ada.send(general, "forgotten");
  const { head, epoch } = await lin.messages(general);
  const people = [ada, lin, sam, noor];
  const sockets = await Promise.all(Array.from({ length: 20 }, (_, n) => (people[n % 4] ?? ada).connect()));
  await server.stop();
  await restoreTo(server.folder, file, { replace: true, keepSessions: true });
  await server.restart();
  await Promise.all(sockets.map(({ closed }) => closed));
  // The same numbers again, for something else.
  await ada.send(general, "after");
  const topic = roomTopic(general.id);
  for (const [n, old] of sockets.entries()) {
    const welcomed = await old.welcome();
    expect(welcomed.epoch).toBe(epoch);
    using socket = await (people[n % 4] ?? ada).connect();
    expect((await socket.welcome()).epoch).not.toBe(epoch);
    await socket.request({ type: "resume", epoch, topics: { [topic]: head, workspace: 1 } });
    expect(
      socket
        .resets()
        .map((reset) => reset.topic)
        .sort(),
    ).toEqual([topic, "workspace"]);
    expect(socket.deltas(topic)).toEqual([]);
  }
  const { messages } = await lin.messages(general);
  expect(messages.map(({ id, content }) => [id, content])).toEqual([
    [1, "before"],
    [2, "after"],
  ]);
});

test("[BA5] a backup of an older version is brought to the schema of this one", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "parley.db");
  const database = openSqlite(path, "read-write");
  migrateTo(database, 10);
  database.close();
  const file = join(folder.path, "old.tar");
  expect((await backupOf(folder.path, file)).manifest.schema).toBe(10);
  const data = join(folder.path, "data");
  await restoreTo(data, file);
  const restored = openSqlite(join(data, "parley.db"), "read-only");
  expect(restored.all("PRAGMA user_version")).toEqual([{ user_version: schemaVersion }]);
  restored.close();
});
