import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Attachment, Membership, User, Workspace } from "@parley/protocol/model";
import { type Person, startWithCast, type TestServer } from "./harness.ts";
import { colourAt, drawPicture, longGif, lyingPng, readPicture } from "./pictures.ts";

const avatarPath = ({ avatar }: { readonly avatar?: string }) => `/api/avatars/${avatar}`;

async function countStored({ folder }: TestServer): Promise<number> {
  const entries = await readdir(join(folder, "files"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

/** A thumbnail that must be there. */
async function thumbnail(person: Person, file: Attachment): Promise<Uint8Array> {
  const { status, bytes, headers } = await person.download(`/api/files/${file.id}/thumbnail`);
  expect([status, headers.get("content-type")]).toEqual([200, "image/webp"]);
  return bytes;
}

test("[AV1] [AV2] a picture shows wherever its person does, live and in history", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using socket = await lin.connect();
  await ada.send(general, "before");
  const me = await ada.ok<User>("PUT", "/api/me/avatar", await drawPicture(600, 300));
  expect(me.avatar).toMatch(/^F[0-9A-Z]{32}$/);
  const told = await socket.find((frame) => frame.type === "delta" && frame.users?.[0]?.avatar === me.avatar);
  expect(told).toMatchObject({ topic: "workspace", users: [{ id: ada.user.id, avatar: me.avatar }] });
  expect((await ada.send(general, "after")).author.avatar).toBe(me.avatar);
  const { messages } = await lin.messages(general);
  expect(messages.map(({ author }) => author.avatar)).toEqual([me.avatar, me.avatar]);
  const { members } = await lin.ok<{ members: Membership[] }>("GET", `/api/rooms/${general.id}/members`);
  expect(members.find(({ user }) => user.id === ada.user.id)?.user.avatar).toBe(me.avatar);
  const { status, headers, bytes } = await lin.download(avatarPath(me));
  expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
    200,
    "image/webp",
    "private, max-age=604800, immutable",
  ]);
  expect(await readPicture(bytes)).toMatchObject({ format: "webp", width: 256, height: 256 });
  const [red = 0, green = 255, blue = 255] = await colourAt(bytes, 10, 128);
  expect(red > 240 && green < 15 && blue < 15).toBe(true);
  const known = await lin.download(avatarPath(me), { "if-none-match": `"${me.avatar}"` });
  expect(known.status).toBe(304);
  const head = await lin.download(avatarPath(me), {}, "HEAD");
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.length)]);
});

test("[AV2] AV-04: a picture that is replaced or taken away is gone, bytes and all", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const first = await ada.ok<User>("PUT", "/api/me/avatar", await drawPicture(300, 300));
  const second = await ada.ok<User>("PUT", "/api/me/avatar", await drawPicture(300, 300));
  expect(second.avatar).not.toBe(first.avatar);
  expect((await lin.download(avatarPath(first))).status).toBe(404);
  expect((await lin.download(avatarPath(second))).status).toBe(200);
  const bare = await ada.ok<User>("DELETE", "/api/me/avatar");
  expect(bare).not.toHaveProperty("avatar");
  expect(await ada.ok<User>("DELETE", "/api/me/avatar")).toEqual(bare);
  expect((await lin.download(avatarPath(second), { "if-none-match": `"${second.avatar}"` })).status).toBe(404);
  await server.restart();
  while ((await countStored(server)) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
});

test("[AV3] AV-03: pictures of people are for those who are signed in, and ids tell nothing", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  const me = await ada.ok<User>("PUT", "/api/me/avatar", await drawPicture(300, 300));
  expect((await server.stranger.download(avatarPath(me))).status).toBe(401);
  expect((await lin.download(`/api/avatars/F${"0".repeat(32)}`)).status).toBe(404);
  // What is no avatar is not to be had as one, nor an avatar as a file.
  const file = await ada.upload(general, "x.png", await drawPicture(10, 10));
  expect((await ada.download(`/api/avatars/${file.id}`)).status).toBe(404);
  expect((await ada.download(`/api/files/${me.avatar}`)).status).toBe(404);
  const answer = await ada.request("POST", `/api/rooms/${general.id}/messages`, {
    content: "",
    attachments: [me.avatar],
  });
  expect(answer.status).toBe(400);
});

test("[AV1] AV-02 AV-05: what is no picture, or too much of one, changes nothing", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  const before = await ada.ok<User>("PUT", "/api/me/avatar", await drawPicture(300, 300, { format: "jpeg" }));
  const put = (bytes: Uint8Array | string) => ada.request<{ code: string }>("PUT", "/api/me/avatar", bytes);
  expect((await put(new Uint8Array(10 * 2 ** 20 + 1))).status).toBe(413);
  const jpeg = await drawPicture(300, 300, { format: "jpeg" });
  for (const wrong of [
    "",
    "a text",
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "BM a bitmap",
    "push graphic-context\nimage over 0,0 0,0 'https://example.org'",
    "II*\u0000",
    "8BPS",
    lyingPng(60_000, 60_000),
    jpeg.subarray(0, jpeg.length / 2),
    new TextEncoder().encode("\x89PNG\r\n\x1a\n"),
    new TextEncoder().encode("GIF89a<script>alert(1)</script>"),
  ]) {
    const { status, body } = await put(wrong);
    expect([status, body.code]).toEqual([400, "invalid"]);
  }
  expect(await ada.ok<User>("GET", "/api/me")).toEqual(before);
  expect(await countStored(server)).toBe(1);
});

test("[AV1] AV-01: a picture is sent as bytes, never as an address that the server would fetch", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  for (const address of [`${server.url}/api/me`, "file:///etc/passwd", '{"url":"http://169.254.169.254/"}']) {
    expect(await ada.refusal("PUT", "/api/me/avatar", address)).toBe("invalid");
  }
});

test("[AV4] the workspace's picture is set by its admins, told to all and shown to anyone", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  using socket = await lin.connect();
  const picture = await drawPicture(300, 300);
  expect(await lin.refusal("PUT", "/api/workspace/picture", picture)).toBe("not_allowed");
  expect(await lin.refusal("DELETE", "/api/workspace/picture")).toBe("not_allowed");
  const set = await ada.ok<Workspace>("PUT", "/api/workspace/picture", picture);
  await socket.find((frame) => frame.type === "delta" && frame.workspace?.picture === set.picture);
  expect(await server.stranger.ok<Workspace>("GET", "/api/workspace")).toEqual(set);
  const path = `/api/workspace/picture/${set.picture}`;
  expect((await server.stranger.download(path)).status).toBe(200);
  expect((await lin.download(`/api/avatars/${set.picture}`)).status).toBe(404);
  expect(await ada.ok<Workspace>("DELETE", "/api/workspace/picture")).not.toHaveProperty("picture");
  expect((await server.stranger.download(path)).status).toBe(404);
});

test("[FI7] UP-04 UP-08: a picture of each kind has its size and a thumbnail of nothing but pixels", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  for (const format of ["png", "jpeg", "gif", "webp"] as const) {
    const bytes = await drawPicture(1000, 500, { format });
    const file = await ada.upload(committee, `x.${format}`, bytes);
    expect(file).toMatchObject({ type: `image/${format}`, bytes: bytes.length, width: 1000, height: 500 });
    const drawn = await thumbnail(ada, file);
    expect(await readPicture(drawn)).toMatchObject({ format: "webp", width: 800, height: 400 });
    expect(new TextDecoder("latin1").decode(drawn)).not.toMatch(/canary|Exif|GPS/i);
    expect((await lin.download(`/api/files/${file.id}/thumbnail`)).status).toBe(404);
    await ada.ok("POST", `/api/rooms/${committee.id}/messages`, { content: "", attachments: [file.id] });
    expect((await lin.download(`/api/files/${file.id}/thumbnail`)).status).toBe(200);
    expect((await noor.download(`/api/files/${file.id}/thumbnail`)).status).toBe(404);
    const { headers } = await lin.download(`/api/files/${file.id}`);
    expect(headers.get("content-disposition")).toStartWith("inline; ");
  }
  const small = await ada.upload(committee, "small.png", await drawPicture(20, 10));
  expect(await readPicture(await thumbnail(ada, small))).toMatchObject({ width: 20, height: 10 });
});

test("[FI7] a picture that was taken with the camera turned stands upright", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const file = await ada.upload(general, "x.jpg", await drawPicture(400, 200, { format: "jpeg", orientation: 6 }));
  expect(file).toMatchObject({ width: 200, height: 400 });
  const drawn = await thumbnail(ada, file);
  expect(await readPicture(drawn)).toMatchObject({ width: 200, height: 400 });
  const [red, , blue] = await colourAt(drawn, 100, 50);
  expect((red ?? 0) > 200 && (blue ?? 255) < 60).toBe(true);
});

test("[FI7] UP-05 UP-06 UP-07: pictures that lie, are damaged or endless are files without a thumbnail", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const jpeg = await drawPicture(300, 300, { format: "jpeg" });
  for (const bytes of [lyingPng(60_000, 60_000), lyingPng(8000, 7000), jpeg.subarray(0, 400)]) {
    const file = await ada.upload(general, "x.png", bytes);
    expect(file).not.toHaveProperty("width");
    expect((await ada.download(`/api/files/${file.id}/thumbnail`)).status).toBe(404);
    expect((await ada.download(`/api/files/${file.id}`)).bytes.length).toBe(bytes.length);
  }
  const long = longGif(100_000);
  const started = performance.now();
  const file = await ada.upload(general, "x.gif", long);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(file.bytes).toBe(long.length);
  // The next one is none the worse for it.
  const fine = await ada.upload(general, "fine.png", await drawPicture(30, 30));
  expect(fine).toMatchObject({ width: 30, height: 30 });
});
