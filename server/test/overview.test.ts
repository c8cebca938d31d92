import { expect, test } from "bun:test";
import type { StorageRecordPage } from "@parley/protocol/http/admin";
import type { Message, Overview } from "@parley/protocol/model";
import { startServer, startWithCast } from "./harness.ts";
import { drawPicture } from "./pictures.ts";

const path = "/api/admin/overview";

test("[AD11] what is stored shows at a glance: by what it is for, by whose it is, and against the quotas", async () => {
  const quotas = { fileBytes: 2 ** 20, userBytes: 2 ** 22, workspaceBytes: 2 ** 23 };
  await using cast = await startWithCast({ files: quotas });
  const { ada, lin, sam, general } = cast;
  const stored = async () => (await ada.ok<Overview>("GET", path)).storage;
  const none = { count: 0, bytes: 0 };
  const { freeBytes, ...before } = await stored();
  expect(before).toEqual({ files: { attachment: none, avatar: none, picture: none }, ...quotas });
  expect(freeBytes).toBeGreaterThan(0);

  const kept = await lin.upload(general, "kept", "x".repeat(3000));
  const { id } = await lin.ok<Message>("POST", `/api/rooms/${general.id}/messages`, {
    content: "",
    attachments: [kept.id],
  });
  await sam.upload(general, "waiting", "x".repeat(1000));
  await sam.ok("PUT", "/api/me/avatar", await drawPicture(400, 400));
  await ada.ok("PUT", "/api/workspace/picture", await drawPicture(300, 300));
  const { files } = await stored();
  expect(files).toMatchObject({ attachment: { count: 2, bytes: 4000 }, avatar: { count: 1 }, picture: { count: 1 } });
  const page = (query: string) => ada.ok<StorageRecordPage>("GET", `/api/admin/storage${query}`);
  const all = await page("");
  expect(all.users.map(({ user, bytes }) => [user.username, bytes])).toEqual([
    ["lin", 3000],
    ["sam", 1000 + files.avatar.bytes],
    ["ada", files.picture.bytes],
  ]);
  expect(all.cursor).toBeNull();
  const first = await page("?limit=2");
  expect([...first.users, ...(await page(`?limit=2&cursor=${first.cursor}`)).users]).toEqual([...all.users]);
  for (const query of ["?cursor=x", "?cursor=1", "?cursor=-1-UA", "?limit=0", "?limit=101", "?q=x"]) {
    expect([query, await ada.refusal("GET", `/api/admin/storage${query}`)]).toEqual([query, "invalid"]);
  }

  // The bytes of a deleted message go soon after, and with them their place.
  await lin.ok("DELETE", `/api/rooms/${general.id}/messages/${id}`);
  await cast.server.restart();
  while ((await stored()).files.attachment.count !== 1) await Bun.sleep(20);
  expect((await page("")).users.map(({ user }) => user.username)).toEqual(["sam", "ada"]);
});

test("[AD11] who is here, and the settings that hold", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const overview = await ada.ok<Overview>("GET", path);
  expect(overview.here).toEqual({ people: 0, connections: 0 });
  expect(overview.settings).toEqual({ signUp: "open", fileStore: "folder", mail: false, publicUrl: null });
  expect(overview.version).toMatch(/^\d+\.\d+\.\d+/);
  using _one = await lin.connect();
  using two = await lin.connect();
  expect((await ada.ok<Overview>("GET", path)).here).toEqual({ people: 1, connections: 2 });
  // Who only polls is here without a connection.
  await ada.ok("POST", "/api/resume", { topics: {} });
  expect((await ada.ok<Overview>("GET", path)).here).toEqual({ people: 2, connections: 2 });
  two.close();
  await two.closed;
  await ada.ok("PATCH", "/api/workspace", { signUp: "invite" });
  const after = await ada.ok<Overview>("GET", path);
  expect([after.here.connections, after.settings.signUp]).toEqual([1, "invite"]);
  await server.restart();
  expect((await ada.ok<Overview>("GET", path)).settings.signUp).toBe("invite");
});

test("[AD11] [LM1] the overview is limited, and tells of a server that sends mail", async () => {
  await using server = await startServer({
    limits: true,
    publicUrl: "http://chat.example.org",
    mail: {
      host: "localhost",
      port: 1,
      secure: false,
      login: null,
      from: { name: "Parley", address: "p@example.org" },
    },
  });
  const ada = await server.signUp("ada");
  const { settings } = await ada.ok<Overview>("GET", path);
  expect(settings).toMatchObject({ mail: true, publicUrl: "http://chat.example.org" });
  const answers = await Promise.all(Array.from({ length: 12 }, () => ada.request("GET", path)));
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(1);
});
