import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readdir, rm, utimes, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Start } from "@parley/protocol/http/workspace";
import type { Attachment, Message } from "@parley/protocol/model";
import { type Person, startServer, startWithCast, type TestServer } from "./harness.ts";
import { WatchedRoom } from "./view.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const pathOf = (file: Attachment) => `/api/files/${file.id}`;

/** The names of all bytes that the server keeps, those on their way included. */
async function stored({ folder }: TestServer): Promise<readonly string[]> {
  const entries = await readdir(join(folder, "files"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** Waits until the server keeps exactly these bytes. */
async function until(server: TestServer, expected: readonly Attachment[]): Promise<void> {
  const wanted = expected.map(({ id }) => id).sort();
  for (let tries = 0; tries < 200; tries++) {
    const names = (await stored(server)).filter((name) => !name.endsWith("-thumbnail"));
    if (JSON.stringify(names.sort()) === JSON.stringify(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect((await stored(server)).toSorted()).toEqual(wanted);
}

const sendFiles = (person: Person, room: { readonly id: string }, files: readonly Attachment[], content = "") =>
  person.request<Message>("POST", `/api/rooms/${room.id}/messages`, {
    content,
    attachments: files.map(({ id }) => id),
  });

test("[FI1] [FI3] [FI4] files travel with their message, live and in history, to the last byte", async () => {
  await using cast = await startWithCast();
  const { ada, lin, committee } = cast;
  using socket = await lin.connect();
  const watched = await WatchedRoom.open(lin, socket, committee);
  const bytes = randomBytes(300_000);
  const [notes, data] = [await ada.upload(committee, "notes.txt", "hello"), await ada.upload(committee, "data", bytes)];
  expect(notes).toEqual({ id: notes.id, name: "notes.txt", type: "text/plain", bytes: 5 });
  expect(data).toMatchObject({ name: "data", type: "application/octet-stream", bytes: 300_000 });
  const { status, body } = await sendFiles(ada, committee, [data, notes]);
  expect(status).toBe(201);
  expect(body.attachments).toEqual([data, notes]);
  const edited = await ada.ok<Message>("PATCH", `/api/rooms/${committee.id}/messages/1`, { content: "with words" });
  expect(edited.attachments).toEqual([data, notes]);
  expect((await ada.ok<Message>("PATCH", `/api/rooms/${committee.id}/messages/1`, { content: "" })).content).toBe("");
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  expect((await lin.messages(committee)).messages[0]?.attachments).toEqual([data, notes]);
  expect((await lin.download(pathOf(data))).bytes).toEqual(new Uint8Array(bytes));
  expect(text((await lin.download(pathOf(notes))).bytes)).toBe("hello");
});

test("[FI3] the command takes files too, and a repeat finds them on the first message", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  using socket = await ada.connect();
  const file = await ada.upload(general, "a.txt", "a");
  const command = {
    type: "message.send",
    room: general.id,
    content: " ",
    attachments: [file.id],
    clientMessageId: "k",
  };
  const first = await socket.request(command);
  expect(first).toMatchObject({ message: { attachments: [file] } });
  expect(await socket.request(command)).toMatchObject({ message: { id: 1, attachments: [file] } });
  expect((await socket.request({ ...command, clientMessageId: "other" })).error?.code).toBe("invalid");
  expect((await ada.messages(general)).messages).toHaveLength(1);
});

test("[FI3] AZ-10: other people's, other rooms', used and unknown files are refused with the whole message", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general, committee } = cast;
  const [own, linsFile, elsewhere, used] = await Promise.all([
    ada.upload(committee, "own", "own"),
    lin.upload(committee, "lin's", "lin's"),
    ada.upload(general, "elsewhere", "elsewhere"),
    ada.upload(committee, "used", "used"),
  ]);
  await sendFiles(ada, committee, [used]);
  const unknown = { ...own, id: `F${"0".repeat(32)}` };
  for (const wrong of [linsFile, elsewhere, used, unknown, own]) {
    const answer = await sendFiles(ada, committee, [own, wrong], "words");
    expect([answer.status, answer.body]).toMatchObject([400, { code: "invalid" }]);
  }
  expect((await sendFiles(ada, committee, Array(11).fill(own))).status).toBe(400);
  expect((await sendFiles(ada, committee, [])).body).toMatchObject({ code: "blank_message" });
  expect((await ada.messages(committee)).messages).toHaveLength(1);
  // Nothing of it was half done: the file is still free.
  expect((await sendFiles(ada, committee, [own])).status).toBe(201);
  await until(server, [own, linsFile, elsewhere, used]);
});

test("[FI4] AZ-09 AZ-11: a file is for those who may read its message now, on every way to it", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, noor, committee } = cast;
  const file = await ada.upload(committee, "secret", "the canary");
  const statuses = async (person: Person) => {
    const id = pathOf(file);
    const ranged = { range: "bytes=0-3" };
    const known = { "if-none-match": `"${file.id}"` };
    const answers = await Promise.all([
      person.download(id),
      person.download(id, {}, "HEAD"),
      person.download(id, ranged),
      person.download(id, known),
    ]);
    for (const { status, bytes } of answers) if (status >= 400) expect(text(bytes)).not.toContain("canary");
    return answers.map(({ status }) => status);
  };
  const [open, closed] = [
    [200, 200, 206, 304],
    [404, 404, 404, 404],
  ];
  // Pending: its uploader's own business.
  expect(await statuses(ada)).toEqual(open);
  for (const person of [lin, noor]) expect(await statuses(person)).toEqual(closed);
  await sendFiles(ada, committee, [file]);
  for (const person of [ada, lin]) expect(await statuses(person)).toEqual(open);
  expect(await statuses(noor)).toEqual(closed);
  expect((await server.stranger.download(pathOf(file))).status).toBe(401);
  // After leaving, and after the deletion of the message.
  await lin.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  expect(await statuses(lin)).toEqual(closed);
  await ada.ok("DELETE", `/api/rooms/${committee.id}/messages/1`);
  expect(await statuses(ada)).toEqual(closed);
  expect((await ada.messages(committee)).messages[0]).not.toHaveProperty("attachments");
});

test("[FI4] an upload is taken back by its uploader alone, and only until it is on a message", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, committee } = cast;
  const [file, sent] = [await ada.upload(committee, "a", "a"), await ada.upload(committee, "b", "b")];
  await sendFiles(ada, committee, [sent]);
  expect(await lin.refusal("DELETE", `/api/uploads/${file.id}`)).toBe("not_found");
  expect(await ada.refusal("DELETE", `/api/uploads/${sent.id}`)).toBe("not_found");
  expect(await ada.refusal("DELETE", "/api/uploads/F1")).toBe("invalid");
  await ada.ok("DELETE", `/api/uploads/${file.id}`);
  expect(await ada.refusal("DELETE", `/api/uploads/${file.id}`)).toBe("not_found");
  expect((await sendFiles(ada, committee, [file])).status).toBe(400);
  await until(server, [sent]);
});

test("[FI5] UP-01 UP-02 UP-03 UP-15 UP-16: what could run is for download only, whatever its name says", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const octets = "application/octet-stream";
  const samples: readonly (readonly [name: string, bytes: string | Uint8Array, type: string])[] = [
    ["x.png", "<script>alert(1)</script>", octets],
    ["x.png", "\ufeff \n<!doctype html><p>", octets],
    ["x.svg", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', octets],
    ["x.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', octets],
    ["x.png", "alert(document.cookie)", "text/plain"],
    ["x.mhtml", "MIME-Version: 1.0\n\n<html>", octets],
    ["x.m3u8", "#EXTM3U\nfile:///etc/passwd", "text/plain"],
    ["x.pdf", "%PDF-1.7\n/JS (app.alert(1))", "application/pdf"],
    ["x.docx", "PK\u0003\u0004 a bomb", "application/zip"],
    ["x.png", new Uint8Array([0, 1, 2, 3, 255]), octets],
    ["x.txt", new Uint8Array([0xff, 0xfe, 0x41]), octets],
  ];
  for (const [name, bytes, type] of samples) {
    const file = await ada.upload(general, name, bytes);
    expect([name, file.type]).toEqual([name, type]);
    const { headers } = await ada.download(pathOf(file));
    expect(headers.get("content-type")).toBe(type === "text/plain" ? "text/plain; charset=utf-8" : type);
    expect(headers.get("content-disposition")).toStartWith("attachment; ");
    expect(headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toStartWith("private");
    await ada.ok("DELETE", `/api/uploads/${file.id}`);
  }
});

test("[FI1] [FI5] UP-09 UP-10: a name is one visible line, and cannot leave its header", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const samples: readonly (readonly [given: string, name: string])[] = [
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\ada\\x.txt", "x.txt"],
    ["a/b/", "b"],
    ["con", "con"],
    [".htaccess", ".htaccess"],
    ["..", "file"],
    ["a\u0000b\r\nSet-Cookie: x=1", "abSet-Cookie: x=1"],
    ["gnp.\u202eexe", "gnp.exe"],
    ["e\u0301.txt", "\u00e9.txt"],
    ["  \u200b ", "file"],
    [`${"x".repeat(5000)}.tar`, `${"x".repeat(251)}.tar`],
    [`${"é".repeat(300)}.png`, `${"é".repeat(125)}.png`],
    ['a"; filename="b', 'a"; filename="b'],
    ["日本語 (1)'.txt", "日本語 (1)'.txt"],
  ];
  for (const [given, name] of samples) {
    const file = await ada.upload(general, given, "x");
    expect(file.name).toBe(name);
    const disposition = (await ada.download(pathOf(file))).headers.get("content-disposition") ?? "";
    const [, plain, encoded] =
      /^attachment; filename="([^"\\]*)"; filename\*=UTF-8''([\w%.~-]+)$/.exec(disposition) ?? [];
    expect(plain).toMatch(/^[\x20-\x7e]+$/);
    expect(decodeURIComponent(encoded ?? "")).toBe(name);
    await ada.ok("DELETE", `/api/uploads/${file.id}`);
  }
  expect(await ada.refusal("POST", `/api/rooms/${general.id}/uploads`, "x")).toBe("invalid");
  expect(await ada.refusal("POST", `/api/rooms/${general.id}/uploads?name=`, "x")).toBe("invalid");
});

test("[FI5] UP-17: one range is served, and anything else that looks like one is 416", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const file = await ada.upload(general, "digits", "0123456789");
  const ask = async (range: string, method = "GET") => {
    const { status, bytes, headers } = await ada.download(pathOf(file), { range }, method);
    return [status, text(bytes), headers.get("content-range")];
  };
  expect(await ask("bytes=0-0")).toEqual([206, "0", "bytes 0-0/10"]);
  expect(await ask("bytes=4-")).toEqual([206, "456789", "bytes 4-9/10"]);
  expect(await ask("bytes=-3")).toEqual([206, "789", "bytes 7-9/10"]);
  expect(await ask("bytes=8-99")).toEqual([206, "89", "bytes 8-9/10"]);
  for (const wrong of [
    "bytes=10-",
    "bytes=-0",
    "bytes=5-2",
    "bytes=-",
    "bytes=0-0,2-2",
    `bytes=${"0-0,".repeat(2000)}`,
  ]) {
    expect(await ask(wrong)).toEqual([416, "", "bytes */10"]);
  }
  expect(await ask("lines=1-2")).toEqual([200, "0123456789", null]);
  const head = await ada.download(pathOf(file), {}, "HEAD");
  expect([head.status, head.headers.get("content-length"), head.bytes.length]).toEqual([200, "10", 0]);
  expect(head.headers.get("etag")).toBe(`"${file.id}"`);
});

test("[FI2] UP-11: sizes at the limit, beyond it, and none", async () => {
  await using cast = await startWithCast({
    files: { fileBytes: 2 ** 19, userBytes: 2 ** 30, workspaceBytes: 2 ** 30 },
  });
  const { server, ada, general } = cast;
  const path = `/api/rooms/${general.id}/uploads?name=x`;
  const { fileBytes } = await ada.ok<Start>("GET", "/api/start");
  const full = await ada.upload(general, "full", new Uint8Array(fileBytes));
  expect(full.bytes).toBe(2 ** 19);
  const larger = await ada.request("POST", path, new Uint8Array(fileBytes + 1));
  expect([larger.status, larger.body]).toMatchObject([413, { detail: "A file has at most 512 KiB." }]);
  expect(await ada.refusal("POST", path, new Uint8Array(0))).toBe("invalid");
  expect(await ada.refusal("POST", path)).toBe("invalid");
  // Without a length, and without an end.
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
  const answer = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { cookie: ada.cookie },
    body: endless,
  });
  expect([answer.status, await answer.json()]).toMatchObject([413, { code: "too_large" }]);
  const chunked = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { cookie: ada.cookie },
    body: new Blob(["in chunks"]).stream(),
  });
  const inChunks = (await chunked.json()) as Attachment;
  expect(inChunks.bytes).toBe(9);
  await until(server, [full, inChunks]);
  // Other routes are as narrow as ever, with and without a length.
  const other = `${server.url}/api/rooms/${general.id}/messages`;
  const more = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
  const refused = await fetch(other, { method: "POST", headers: { cookie: ada.cookie }, body: more });
  expect([refused.status, await refused.json()]).toMatchObject([413, { code: "too_large" }]);
});

test("[FI2] UP-13: an upload that is cut off anywhere leaves nothing", async () => {
  await using cast = await startWithCast({
    files: { fileBytes: 2 ** 20, userBytes: 2 ** 20, workspaceBytes: 2 ** 30 },
  });
  const { server, ada, general } = cast;
  const bytes = 2 ** 20;
  for (let tenth = 0; tenth < 10; tenth++) {
    const socket = connect({ port: Number(new URL(server.url).port), host: "localhost" });
    const head = `POST /api/rooms/${general.id}/uploads?name=x HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\n`;
    socket.write(`${head}Cookie: ${ada.cookie}\r\nContent-Length: ${bytes}\r\n\r\n`);
    await new Promise<void>((resolve) => socket.write(Buffer.alloc((bytes * tenth) / 10), () => resolve()));
    socket.destroy();
  }
  await until(server, []);
  // Their claims on the quota are given back too: a whole file fits again.
  for (let tries = 0; ; tries++) {
    const answer = await ada.request<Attachment>(
      "POST",
      `/api/rooms/${general.id}/uploads?name=x`,
      new Uint8Array(bytes),
    );
    if (answer.status === 201) break;
    if (tries > 100) throw new Error(`still refused: ${JSON.stringify(answer.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test("[FI2] UP-12: a flood of uploads ends at the quota, and messages go on", async () => {
  await using cast = await startWithCast({
    files: { fileBytes: 2 ** 20, userBytes: 2 ** 21, workspaceBytes: 2.5 * 2 ** 20 },
  });
  const { server, ada, lin, general } = cast;
  const path = `/api/rooms/${general.id}/uploads?name=x`;
  const half = new Uint8Array(2 ** 19);
  const answers = await Promise.all(Array.from({ length: 100 }, () => ada.request<Attachment>("POST", path, half)));
  const taken = answers.filter(({ status }) => status === 201).map(({ body }) => body);
  expect(taken).toHaveLength(4);
  for (const { status, body } of answers) if (status !== 201) expect(body).toMatchObject({ code: "limit_reached" });
  expect((await lin.request("POST", path, half)).status).toBe(201);
  expect(await lin.refusal("POST", path, half)).toBe("limit_reached");
  expect((await ada.send(general, "still here")).id).toBe(1);
  await ada.ok("DELETE", `/api/uploads/${taken[0]?.id}`);
  expect((await lin.request("POST", path, half)).status).toBe(201);
  expect((await stored(server)).length).toBe(5);
});

test("[FI2] at most fifty uploads of one person wait for a message", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const path = `/api/rooms/${general.id}/uploads?name=x`;
  const answers = await Promise.all(Array.from({ length: 55 }, () => ada.request<Attachment>("POST", path, "x")));
  const taken = answers.filter(({ status }) => status === 201);
  expect(taken).toHaveLength(50);
  const ids = taken.slice(0, 10).map(({ body }) => body);
  expect((await sendFiles(ada, general, ids)).status).toBe(201);
  expect((await ada.request("POST", path, "x")).status).toBe(201);
});

test("[FI2] where files have no place they are unavailable, and messages go on", async () => {
  await using cast = await startWithCast();
  const { server, ada, general } = cast;
  const folder = join(server.folder, "files");
  await rm(folder, { recursive: true });
  await writeFile(folder, "in the way");
  const answer = await ada.request("POST", `/api/rooms/${general.id}/uploads?name=x`, "x");
  expect([answer.status, answer.body]).toMatchObject([503, { code: "unavailable" }]);
  expect((await ada.send(general, "still here")).id).toBe(1);
  await rm(folder);
});

test("[FI2] [FI8] while a service is away files are unavailable, and nothing else is", async () => {
  const gone = { endpoint: "http://localhost:1", region: "r", bucket: "b", accessKey: "a", secretKey: "s" };
  await using cast = await startWithCast({ fileStore: { kind: "s3", ...gone } });
  const { server, ada, general } = cast;
  expect(await ada.refusal("POST", `/api/rooms/${general.id}/uploads?name=x`, "x")).toBe("unavailable");
  expect((await ada.send(general, "still here")).id).toBe(1);
  expect(await stored(server)).toEqual([]);
});

test("a folder for files that cannot be made stops the start with one line", async () => {
  await using server = await startServer();
  await server.stop();
  await rm(join(server.folder, "files"), { recursive: true });
  await writeFile(join(server.folder, "files"), "in the way");
  await expect(server.restart()).rejects.toThrow("cannot be written");
  await rm(join(server.folder, "files"));
  await server.restart();
});

test("[FI4] AZ-24: who is taken out of the room during an upload adds nothing to it", async () => {
  await using cast = await startWithCast();
  const { server, lin, committee } = cast;
  const gate = Promise.withResolvers<void>();
  const slow = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode("the first half, "));
      await gate.promise;
      controller.enqueue(new TextEncoder().encode("the second half"));
      controller.close();
    },
  });
  const upload = fetch(`${server.url}/api/rooms/${committee.id}/uploads?name=x`, {
    method: "POST",
    headers: { cookie: lin.cookie },
    body: slow,
  });
  // It has passed the gate once its first bytes are on the disk.
  while ((await stored(server)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await lin.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  gate.resolve();
  expect((await upload).status).toBe(404);
  await until(server, []);
});

test("[FI6] what no message takes within a day is removed, and the bytes of what is deleted", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general, committee } = cast;
  const [waiting, kept, deleted, gone] = [
    await ada.upload(general, "waiting", "waiting"),
    await ada.upload(general, "kept", "kept"),
    await ada.upload(general, "deleted", "deleted"),
    await lin.upload(committee, "gone", "gone"),
  ];
  await sendFiles(ada, general, [kept]);
  await sendFiles(ada, general, [deleted]);
  await sendFiles(lin, committee, [gone]);
  await server.restart();
  await until(server, [waiting, kept, deleted, gone]);
  await ada.ok("DELETE", `/api/rooms/${general.id}/messages/2`);
  await ada.ok("DELETE", `/api/rooms/${committee.id}`);
  expect((await lin.download(pathOf(gone))).status).toBe(404);
  server.clock.advance(25 * 60 * 60 * 1000);
  const fresh = await ada.upload(general, "fresh", "fresh");
  // One start purges the room, and the next one finds the files that were in it, if not that one already.
  await server.restart();
  await server.restart();
  await until(server, [kept, fresh]);
  expect((await ada.download(pathOf(waiting))).status).toBe(404);
  expect(text((await ada.download(pathOf(kept))).bytes)).toBe("kept");
});

test("[FI6] what was on its way when the server was killed is removed by the next one", async () => {
  await using server = await startServer();
  await server.signUp("ada");
  const left = join(server.folder, "files/incoming/1");
  await writeFile(left, "half a file");
  // Other nodes may be at work on what is younger.
  await utimes(left, 0, 0);
  await server.restart();
  expect(await stored(server)).toEqual([]);
});
