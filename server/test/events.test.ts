import { expect, test } from "bun:test";
import { connect } from "node:net";
import type { AckFrame, ResetFrame, ServerFrame } from "@parley/protocol/frames";
import type { Session } from "@parley/protocol/model";
import { TestStream } from "./event-stream.ts";
import { startWithCast } from "./harness.ts";

const isAck = (frame: ServerFrame): frame is AckFrame => frame.type === "ack";
const isReset = (frame: ServerFrame): frame is ResetFrame => frame.type === "reset";
const isPong = (frame: ServerFrame) => frame.type === "pong";

test("[EV1] the frames of the socket come as events: the welcome first, then everything live", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general, committee } = cast;
  await using stream = await TestStream.open(server.url, lin);
  await stream.find(isPong);
  using socket = await lin.connect();
  expect(stream.frames[0]).toEqual(socket.frames[0] as ServerFrame);
  await ada.send(general, "Hello");
  const sent = await ada.send(committee, "with\nlines\n\nand data: in it");
  await ada.ok("PATCH", `/api/rooms/${committee.id}/messages/${sent.id}`, { content: "changed" });
  await ada.createRoom("News");
  using typist = await ada.connect();
  typist.write(JSON.stringify({ type: "typing", room: general.id }));
  await stream.find((frame) => frame.type === "typing");
  await stream.said("changed");
  await socket.settle();
  const live = (frames: readonly ServerFrame[]) => frames.filter(({ type }) => type === "delta" || type === "typing");
  expect(live(stream.frames)).toEqual(live(socket.frames));
  expect(stream.contents(`room:${committee.id}`)[0]).toBe("with\nlines\n\nand data: in it");
});

test("[EV5] nothing on the way may keep, change or hold back a stream", async () => {
  await using cast = await startWithCast();
  await using stream = await TestStream.open(cast.server.url, cast.ada);
  expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(stream.headers.get("cache-control")).toBe("no-store, no-transform");
  expect(stream.headers.get("x-accel-buffering")).toBe("no");
  expect(stream.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("[EV2] it needs a session and the same origin, and takes a bearer's token", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  expect(await server.stranger.refusal("GET", "/api/events")).toBe("not_signed_in");
  const foreign = await ada.request("GET", "/api/events", undefined, { origin: "https://evil.example" });
  expect(foreign.status).toBe(403);
  const head = await fetch(`${server.url}/api/events`, { method: "HEAD", headers: { cookie: ada.cookie } });
  expect(head.status).toBe(405);
  await using stream = await TestStream.open(server.url, server.stranger, {
    headers: { authorization: `Bearer ${ada.token}` },
  });
  await stream.find(isPong);
});

test("[EV2] [CH3] rights follow memberships at once, in both directions", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, noor, general, committee } = cast;
  await using leaving = await TestStream.open(server.url, lin);
  await using joining = await TestStream.open(server.url, noor);
  await Promise.all([leaving.find(isPong), joining.find(isPong)]);
  await ada.send(committee, "before");
  await leaving.said("before");
  await lin.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  await ada.bring(noor, committee);
  await ada.send(committee, "after");
  await ada.send(general, "the end");
  await Promise.all([leaving.said("the end"), joining.said("the end")]);
  expect(leaving.contents(`room:${committee.id}`)).toEqual(["before"]);
  expect(joining.contents(`room:${committee.id}`)).toEqual(["after"]);
});

test("[EV2] [CH3] a revoked session's stream ends at once, and does not come back", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  await using stream = await TestStream.open(server.url, lin);
  await stream.find(isPong);
  const { sessions } = await lin.ok<{ sessions: Session[] }>("GET", "/api/sessions");
  await lin.ok("DELETE", `/api/sessions/${sessions[0]?.id}`);
  await ada.send(general, "the canary");
  await stream.ended;
  expect(stream.contents(`room:${general.id}`)).toEqual([]);
  expect(await lin.refusal("GET", "/api/events")).toBe("not_signed_in");
});

test("[AC6] a stream does not outlive its session", async () => {
  await using cast = await startWithCast();
  await using stream = await TestStream.open(cast.server.url, cast.lin);
  await stream.find(isPong);
  cast.server.clock.advance(15 * 24 * 60 * 60 * 1000);
  await stream.ended;
});

test("[EV3] who returns with the last id gets what came since, and nothing is missing", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general, committee } = cast;
  const first = await TestStream.open(server.url, lin);
  await first.find(isPong);
  const id = first.lastId ?? "";
  expect(id).toContain(`room:${general.id}=`);
  await first[Symbol.asyncDispose]();
  await ada.send(general, "one");
  await ada.send(committee, "two");
  await server.restart();
  await ada.send(general, "three");
  for (const options of [{ headers: { "last-event-id": id } }, { query: `?positions=${encodeURIComponent(id)}` }]) {
    await using again = await TestStream.open(server.url, lin, options);
    const ack = await again.find(isAck);
    expect(ack).toEqual({ type: "ack", ref: 0, gone: [] });
    expect(again.contents(`room:${general.id}`)).toEqual(["one", "three"]);
    expect(again.contents(`room:${committee.id}`)).toEqual(["two"]);
  }
});

test("[EV3] WZ-03: another one's id, an old one and a forged one give nothing that is not one's own", async () => {
  await using cast = await startWithCast();
  const { server, ada, noor, committee } = cast;
  await ada.send(committee, "the canary");
  await using hers = await TestStream.open(server.url, ada);
  await hers.find(isPong);
  const forged = (hers.lastId ?? "").replace(/=\d+/g, "=0");
  await using stolen = await TestStream.open(server.url, noor, { headers: { "last-event-id": forged } });
  const ack = await stolen.find(isAck);
  expect(ack.error ? [] : ack.gone).toEqual(
    expect.arrayContaining([`room:${committee.id}`, `user:${ada.user.id}`]) as never,
  );
  expect(JSON.stringify(stolen.frames)).not.toContain("canary");
  await using old = await TestStream.open(server.url, noor, { query: "?positions=another-epoch,workspace=1" });
  await old.find(isAck);
  expect(old.frames.filter(isReset).map(({ topic }) => topic)).toEqual(["workspace"]);
  for (const bad of ["room:R1=1", ",", "e1,room:R1=x", "e1,*=1"]) {
    expect(await noor.refusal("GET", `/api/events?positions=${encodeURIComponent(bad)}`)).toBe("invalid");
  }
  expect(await noor.refusal("GET", "/api/events?since=1")).toBe("invalid");
});

test("[EV4] a restart says when to return", async () => {
  await using cast = await startWithCast();
  await using stream = await TestStream.open(cast.server.url, cast.lin);
  await stream.find(isPong);
  await cast.server.stop();
  await stream.ended;
  expect(stream.retryMs).toBeGreaterThan(0);
});

test("[EV4] a reader who takes nothing is ended, and nobody waits for it", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  const { hostname, port } = new URL(server.url);
  const slow = connect(Number(port), hostname);
  slow.write(`GET /api/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${lin.cookie}\r\n\r\n`);
  await new Promise((resolve) => slow.once("data", resolve));
  slow.pause();
  // It breaks off in the middle of what is under way.
  slow.on("error", () => {});
  await using quick = await TestStream.open(server.url, ada);
  const ended = new Promise<void>((resolve) => slow.once("close", () => resolve()));
  const long = "🐌".repeat(4000);
  // More than the buffers of both ends ever take: 30 MB.
  for (let round = 0; round < 40; round++) {
    await Promise.all(Array.from({ length: 50 }, () => ada.send(general, long)));
  }
  await ada.send(general, "the end");
  await quick.said("the end");
  // What it reads now is what the kernel had taken.
  slow.resume();
  await ended;
}, 120_000);

test("[LM1] streams and sockets of one user count together", async () => {
  await using cast = await startWithCast({ limits: true });
  const { server, lin } = cast;
  const sockets = await Promise.all(Array.from({ length: 19 }, () => lin.connect()));
  await using stream = await TestStream.open(server.url, lin);
  await stream.find(isPong);
  expect(await lin.refusal("GET", "/api/events")).toBe("rate_limited");
  for (const socket of sockets) socket.close();
});

test("[EV6] a stream shows its user as here, until it is closed", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  server.clock.advance(10_000);
  using watcher = await ada.connect();
  const stream = await TestStream.open(server.url, lin);
  await stream.find(isPong);
  const ack = await watcher.request({ type: "presence.watch", users: [lin.user.id] });
  expect(ack.error ? ack.error : ack.presence).toEqual({ [lin.user.id]: "online" });
  await stream[Symbol.asyncDispose]();
  server.clock.advance(10_000);
  await watcher.find((frame) => frame.type === "presence" && frame.users[lin.user.id] === "offline");
});
