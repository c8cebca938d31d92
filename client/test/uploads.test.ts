import { expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import type { Upload } from "../src/state/client.ts";
import { KeptUploads } from "../src/state/kept-uploads.ts";
import { ann, ben, general, startWorld } from "./harness/start.ts";

const file = (name: string, bytes = 3) => new File([new Uint8Array(bytes)], name, { type: "image/png" });
const kinds = (uploads: readonly Upload[]) => uploads.map((upload) => upload.state().kind);

test("[PF3] chosen files go at once, two at a time, and tell how far they have got", async () => {
  const { client, uploads } = await startWorld();
  expect(client.addUploads(general, [file("a.png"), file("b.png"), file("c.png")])).toBeNull();
  expect(kinds(client.uploads(general))).toEqual(["sending", "sending", "waiting"]);
  const [first] = uploads.files;
  expect(first?.request.url).toBe(`http://test/api/rooms/${general}/uploads?name=a.png`);
  first?.request.onProgress(0.5);
  expect(client.uploads(general)[0]?.state()).toEqual({ kind: "sending", part: 0.5 });
  await first?.accept();
  expect(kinds(client.uploads(general))).toEqual(["ready", "sending", "sending"]);
});

test("[PF3] a message takes its files along when all are there, and shows them while it is pending", async () => {
  const world = await startWorld();
  const { client, uploads } = world;
  client.addUploads(general, [file("a.png"), file("b.png")]);
  await uploads.files[0]?.accept();
  await client.sendMessage(general, "Look");
  expect(world.entries()).toHaveLength(0);
  await uploads.files[1]?.accept();
  await client.sendMessage(general, "Look");
  expect(client.uploads(general)).toEqual([]);
  const [entry] = world.entries();
  expect(entry?.delivery().kind).toBe("pending");
  const attachments = entry?.message().attachments ?? [];
  expect(attachments.map(({ name }) => name)).toEqual(["a.png", "b.png"]);
  expect(client.localFile(attachments[0]?.id ?? "")?.name).toBe("a.png");
  await world.flush();
  expect(world.deliveries()).toEqual(["sent"]);
  expect(world.network.received.filter(({ type }) => type === "message.send")).toMatchObject([
    { content: "Look", attachments: attachments.map(({ id }) => id) },
  ]);
});

test("[PF3] files need no words, and words no files", async () => {
  const world = await startWorld();
  await world.client.sendMessage(general, "  ");
  world.client.addUploads(general, [file("a.png")]);
  await world.uploads.files[0]?.accept();
  await world.client.sendMessage(general, "");
  await world.client.sendMessage(general, "Later");
  expect(world.messages().map(({ content, attachments }) => [content, attachments?.length])).toEqual([
    ["", 1],
    ["Later", undefined],
  ]);
});

test("[PF3] what is too large or too many is left out, and the reason is told before anything is sent", async () => {
  const { client, uploads } = await startWorld(({ server }) => {
    server.fileBytes = 2 ** 19;
  });
  const large = file("film.mov", 2 ** 19 + 1);
  expect(client.addUploads(general, [large, file("still.png", 2 ** 19)])).toBe("film.mov is larger than 512 KiB.");
  expect(uploads.files.map(({ request }) => request.body.size)).toEqual([2 ** 19]);
  for (const upload of client.uploads(general)) client.removeUpload(upload);
  const many = Array.from({ length: 12 }, (_, n) => file(`${n}.png`));
  expect(client.addUploads(general, many)).toBe("A message has at most 10 files.");
  expect(client.uploads(general)).toHaveLength(10);
});

test("[PF3] a refused file says why; one that did not get through is tried again", async () => {
  const { client, uploads } = await startWorld();
  client.addUploads(general, [file("a.png"), file("b.png")]);
  await uploads.files[0]?.refuse(new ParleyError("limit_reached", "There is no more space."));
  await uploads.files[1]?.refuse(new ParleyError("unavailable"));
  expect(client.uploads(general).map((upload) => upload.state())).toMatchObject([
    { kind: "failed", reason: "There is no more space.", retryable: false },
    { kind: "failed", retryable: true },
  ]);
  const [refused] = client.uploads(general);
  if (refused) client.retryUpload(refused);
  expect(uploads.files).toHaveLength(3);
});

test("[PF3] what failed for want of a connection goes on when it is back", async () => {
  const world = await startWorld();
  world.client.addUploads(general, [file("a.png")]);
  await world.uploads.files[0]?.refuse(new ParleyError("unavailable"));
  world.network.wire.close(1006);
  await world.pass(2_000);
  expect(kinds(world.client.uploads(general))).toEqual(["sending"]);
});

test("[PF3] what is removed is cancelled on its way, and taken back when it is there", async () => {
  const world = await startWorld();
  const { client, network, uploads } = world;
  client.addUploads(general, [file("a.png"), file("b.png"), file("c.png")]);
  await uploads.files[1]?.accept();
  for (const upload of client.uploads(general)) client.removeUpload(upload);
  expect(client.uploads(general)).toEqual([]);
  expect(uploads.files[0]?.request.signal.aborted).toBe(true);
  await world.flush();
  expect(network.asked.filter((path) => path.startsWith("/uploads/"))).toEqual(["/uploads/FILE2"]);
});

test("[PF3] a failed message that is given up takes its files back, and so does leaving the room", async () => {
  const world = await startWorld();
  const { client, network, uploads } = world;
  client.addUploads(general, [file("a.png")]);
  await uploads.files[0]?.accept();
  network.intercept = (command) => (command.type === "message.send" ? new ParleyError("not_allowed") : null);
  await client.sendMessage(general, "");
  await world.flush();
  const [entry] = world.entries();
  expect(entry?.delivery().kind).toBe("failed");
  await client.discardUnsent(entry?.message().clientMessageId ?? "");
  client.addUploads(general, [file("b.png")]);
  await uploads.files[1]?.accept();
  const left = client.leaveRoom(general);
  await world.flush();
  await left;
  expect(network.asked.filter((path) => path.startsWith("/uploads/"))).toEqual(["/uploads/FILE1", "/uploads/FILE2"]);
});

test("[PF3] what is ready survives a reload, for its own user, until it is sent", async () => {
  const world = await startWorld();
  const { client, uploads, storage } = world;
  const kept = (user: string) =>
    new KeptUploads(user, {
      getItem: (key) => storage.get(key) ?? null,
      setItem: (key, value) => void storage.set(key, value),
      removeItem: (key) => void storage.delete(key),
    }).load();
  client.addUploads(general, [file("a.png"), file("b.png")]);
  await uploads.files[0]?.accept();
  expect(kept(ann)).toMatchObject([[general, [{ id: "FILE1", name: "a.png" }]]]);
  expect(kept(ben)).toEqual([]);
  await uploads.files[1]?.accept();
  await client.sendMessage(general, "");
  expect(kept(ann)).toEqual([]);
  storage.set(`uploads:${ann}`, '{"RGENERAL":[{"id":7},null],"ROTHER":1}');
  expect(kept(ann).flatMap(([, attachments]) => attachments)).toEqual([]);
});
