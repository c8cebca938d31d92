import { expect, test } from "bun:test";
import type { Invite, InvitePreview, Message } from "@parley/protocol/model";
import { startServer, startWithCast } from "./harness.ts";

test("[MS5] AZ-07 WZ-07: what was edited away or deleted is in nothing that anybody can ask for", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using socket = await lin.connect();
  const edited = await ada.send(general, "the canary was here");
  const deleted = await ada.send(general, "a canary as well");
  await ada.ok("PATCH", `/api/rooms/${general.id}/messages/${edited.id}`, { content: "gone" });
  await ada.ok("DELETE", `/api/rooms/${general.id}/messages/${deleted.id}`);
  await socket.settle();
  const from = socket.frames.findIndex(
    (frame) => frame.type === "delta" && JSON.stringify(frame).includes("deletedAt"),
  );
  expect(JSON.stringify(socket.frames.slice(from))).not.toContain("canary");
  const topics = { [`room:${general.id}`]: 0 };
  const answers = [
    await ada.messages(general),
    await ada.messages(general, `?around=${deleted.id}`),
    await ada.ok("GET", `/api/rooms/${general.id}/changes?since=0`),
    await ada.ok("POST", "/api/resume", { topics }),
    await ada.ok("GET", `/rooms/${general.slug}/messages/`),
    await ada.ok("GET", "/api/search?q=canary"),
    await ada.ok("GET", "/api/rooms"),
    await socket.request({ type: "resume", topics }),
    socket.frames.slice(from),
  ];
  expect(JSON.stringify(answers)).toContain(`"id":${deleted.id}`);
  expect(JSON.stringify(answers)).not.toContain("canary");
});

test("AZ-23: a stranger finds no metrics, no debugging and no sources, and of health a word", async () => {
  await using server = await startServer();
  const { stranger } = server;
  for (const path of [
    "/metrics",
    "/debug",
    "/debug/pprof",
    "/api/debug",
    "/status",
    "/server-status",
    "/.env",
    "/.git/HEAD",
  ]) {
    expect([path, await stranger.refusal("GET", path)]).toEqual([path, "not_found"]);
  }
  for (const path of ["/assets/main.js.map", "/src/main.tsx", "/package.json", "/../package.json"]) {
    expect([path, await stranger.refusal("GET", path)]).toEqual([path, "not_found"]);
  }
  const { body } = await stranger.request<object>("GET", "/healthz");
  expect(Object.keys(body).sort()).toEqual(["status", "version"]);
});

test("[SO12] WZ-08 WZ-09: who one is comes from the session alone, and a refusal repeats nothing", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, general, committee } = cast;
  await ada.send(committee, "the canary");
  using socket = await noor.connect();
  const send = { type: "message.send", room: general.id, content: "as somebody else" };
  for (const field of ["user", "userId", "user_id", "as", "author", "authorId", "session", "sessionId", "role"]) {
    const ack = await socket.request({ ...send, [field]: ada.user.id });
    expect([field, ack.error?.code]).toEqual([field, "invalid"]);
  }
  for (const type of ["auth", "hello", "login", "sign-in"]) {
    const ack = await socket.request({ type, token: lin.token });
    expect([type, ack.error?.code]).toEqual([type, "unknown_command"]);
  }
  expect((await socket.send(general, "as myself")).author.id).toBe(noor.user.id);
  expect((await lin.messages(general)).messages.map(({ author }) => author.username)).toEqual(["noor"]);
  const refused = [];
  for (const room of [committee.id, committee.slug, "R0000000000000000"]) {
    for (const command of [
      { type: "message.send", content: "x", replyTo: 1 },
      { type: "message.edit", id: 1, content: "x" },
      { type: "message.delete", id: 1 },
      { type: "reaction.add", id: 1, emoji: "👍" },
      { type: "receipt.set", upTo: 1 },
    ]) {
      const { ref: _, ...ack } = await socket.request({ ...command, room });
      refused.push(JSON.stringify(ack));
    }
  }
  // The same of what is hidden and of what does not exist, to the letter.
  expect(new Set(refused).size).toBe(1);
  expect(refused[0]).toContain("not_found");
});

test("[RM6] [LM1] IN-01 IN-06: an invite is not to be guessed, and tells a stranger a room's name and size alone", async () => {
  await using cast = await startWithCast({ limits: true });
  const { server, ada, committee } = cast;
  const { code } = await ada.ok<Invite>("POST", `/api/rooms/${committee.id}/invites`, {});
  // 144 bits in base64url.
  expect(code).toMatch(/^[A-Za-z0-9_-]{24}$/);
  const preview = await server.stranger.ok<InvitePreview>("GET", `/api/invites/${code}`);
  expect(Object.keys(preview).sort()).toEqual(["code", "invitedBy", "joined", "room", "workspace"]);
  expect(Object.keys(preview.room).sort()).toEqual(["description", "id", "memberCount", "name", "slug"]);
  const guess = (index: number) =>
    server.stranger.request<{ code: string }>("GET", `/api/invites/${String(index).padStart(24, "x")}`);
  const guesses = await Promise.all(Array.from({ length: 300 }, (_, index) => guess(index)));
  const answers = new Set(guesses.map(({ status, body }) => `${status} ${body.code}`));
  expect([...answers].sort()).toEqual(["404 invite_unusable", "429 rate_limited"]);
});

test("[HT3] UP-14: a body in parts that does not end, or never would, is refused at once", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const boundary = "b".repeat(5000);
  const part = `--${boundary}\r\ncontent-disposition: form-data; name="content"\r\n\r\nhello\r\n`;
  const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
  const small = part.repeat(10);
  // The second one takes forms, but none in parts.
  for (const path of [`/api/rooms/${general.id}/messages`, `/rooms/${general.slug}/messages/create/`]) {
    const started = performance.now();
    const answer = await ada.request<{ code: string }>("POST", path, small, headers);
    expect([path, answer.body.code]).toEqual([path, "unsupported_media_type"]);
    const large = await ada.request<{ code: string }>("POST", path, part.repeat(1000), headers);
    expect([path, large.body.code]).toEqual([path, "too_large"]);
    expect(performance.now() - started).toBeLessThan(2000);
  }
  expect((await ada.messages(general)).messages).toEqual([]);
});

test("[FI1] UP-19: the same bytes twice are two files, so that nobody learns that somebody has them", async () => {
  await using cast = await startWithCast();
  const { ada, noor, general, committee } = cast;
  const bytes = "the same bytes".repeat(100);
  const [first, second] = [
    await ada.upload(committee, "plan.txt", bytes),
    await noor.upload(general, "plan.txt", bytes),
  ];
  expect(second.id).not.toBe(first.id);
  const { id: _, ...ofFirst } = first;
  const { id: __, ...ofSecond } = second;
  expect(ofSecond).toEqual(ofFirst);
  expect(await noor.refusal("GET", `/api/files/${first.id}`)).toBe("not_found");
  await ada.ok("DELETE", `/api/uploads/${first.id}`);
  const sent = await noor.ok<Message>("POST", `/api/rooms/${general.id}/messages`, {
    content: "",
    attachments: [second.id],
  });
  expect((await noor.download(`/api/files/${sent.attachments?.[0]?.id}`)).bytes.length).toBe(bytes.length);
});
