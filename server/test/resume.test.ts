import { expect, test } from "bun:test";
import type { DeltaFrame, ResetFrame } from "@parley/protocol/frames";
import type { Room } from "@parley/protocol/model";
import { startWithCast } from "./harness.ts";

const topicOf = (room: Room) => `room:${room.id}`;

test("[SO2] the welcome is first, and what is sent after it arrives", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general, committee } = cast;
  using socket = await lin.connect();
  expect(socket.frames[0]).toMatchObject({
    type: "welcome",
    protocol: 1,
    user: { username: "lin" },
    epoch: expect.any(String),
    heartbeatMs: 25_000,
  });
  await ada.send(general, "to all");
  await ada.send(committee, "to some");
  await socket.settle();
  expect(socket.deltas(topicOf(general)).at(-1)?.messages?.[0]?.content).toBe("to all");
  expect(socket.deltas(topicOf(committee)).at(-1)?.messages?.[0]?.content).toBe("to some");
});

test("[SO4] a resume brings what was missed, as it is now, then the ack", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  const before = await lin.messages(general);
  const first = await ada.send(general, "one");
  await ada.send(general, "two");
  await ada.ok("PATCH", `/api/rooms/${general.id}/messages/${first.id}`, { content: "one, edited" });
  using socket = await lin.connect();
  const topic = topicOf(general);
  const ack = await socket.request({ type: "resume", topics: { [topic]: before.head } });
  expect(ack.error).toBeUndefined();
  const [delta] = socket.deltas(topic);
  expect(delta).toMatchObject({ from: before.head, to: before.head + 3 });
  expect(delta?.messages?.map(({ id, content }) => [id, content])).toEqual([
    [1, "one, edited"],
    [2, "two"],
  ]);
  expect(socket.frames.indexOf(ack)).toBe(socket.frames.length - 1);
  const current = await socket.request({ type: "resume", topics: { [topic]: before.head + 3 } });
  expect(current.error).toBeUndefined();
  expect(socket.deltas(topic)).toHaveLength(1);
});

test("[SO5] positions ahead, too old, or of another epoch are reset", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  await Promise.all(Array.from({ length: 510 }, (_, n) => ada.send(general, `${n}`)));
  const { head, epoch } = await lin.messages(general);
  const topic = topicOf(general);
  using socket = await lin.connect();
  await socket.request({ type: "resume", topics: { [topic]: head + 5 } });
  await socket.request({ type: "resume", topics: { [topic]: 0 } });
  await socket.request({ type: "resume", epoch: "another", topics: { [topic]: head - 1 } });
  expect(socket.resets()).toEqual(Array(3).fill({ type: "reset", topic, head }));
  await socket.request({ type: "resume", epoch, topics: { [topic]: head - 1 } });
  expect(socket.deltas(topic)).toHaveLength(1);
});

test("[SO5] what does not fit into one answer is reset, not cut", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  await Promise.all(Array.from({ length: 60 }, (_, n) => ada.send(general, `${n} ${"語".repeat(3000)}`)));
  using socket = await ada.connect();
  await socket.request({ type: "resume", topics: { [topicOf(general)]: 1 } });
  expect(socket.resets()).toHaveLength(1);
});

test("[SO4] [RM3] WZ-01 topics of others and topics that do not exist are gone alike, and send nothing", async () => {
  await using cast = await startWithCast();
  const { ada, noor, committee } = cast;
  await ada.send(committee, "the canary");
  using socket = await noor.connect();
  const topics = {
    [topicOf(committee)]: 0,
    "room:R0000000000000000": 0,
    [`user:${ada.user.id}`]: 0,
  };
  const ack = await socket.request({ type: "resume", topics });
  expect(ack).toMatchObject({ gone: Object.keys(topics) });
  expect(JSON.stringify(socket.frames)).not.toContain("canary");
  expect(socket.deltas(topicOf(committee))).toHaveLength(0);
});

test("[HT6] changes over HTTP are what resume sends", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const { head } = await ada.messages(general);
  await ada.send(general, "polled");
  using socket = await ada.connect();
  await socket.request({ type: "resume", topics: { [topicOf(general)]: head } });
  const polled = await ada.ok<DeltaFrame>("GET", `/api/rooms/${general.slug}/changes?since=${head}`);
  expect(polled).toEqual(socket.deltas(topicOf(general))[0] as DeltaFrame);
  const current = await ada.ok<DeltaFrame>("GET", `/api/rooms/${general.slug}/changes?since=${head + 1}`);
  expect(current).toEqual({ type: "delta", topic: `room:${general.id}`, from: head + 1, to: head + 1, messages: [] });
  const ahead = await ada.ok<ResetFrame>("GET", `/api/rooms/${general.slug}/changes?since=${head + 2}`);
  expect(ahead).toEqual({ type: "reset", topic: `room:${general.id}`, head: head + 1 });
});

test("[SO6] a pong tells the heads of every topic of the user", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general, committee } = cast;
  using socket = await lin.connect();
  const before = await socket.heads();
  expect(Object.keys(before).sort()).toEqual(
    [`user:${lin.user.id}`, "workspace", topicOf(general), topicOf(committee)].sort(),
  );
  await ada.send(general, "one more");
  const after = await socket.heads();
  expect(after[topicOf(general)]).toBe((before[topicOf(general)] ?? 0) + 1);
  expect(after[topicOf(general)]).toBe((await lin.messages(general)).head);
});

test("[SO10] a restart closes with 1012 and the time to wait, and everything is there afterwards", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  using socket = await lin.connect();
  const { head, epoch } = await lin.messages(general);
  await ada.send(general, "before the restart");
  await socket.settle();
  await server.restart();
  const { code, reason } = await socket.closed;
  expect(code).toBe(1012);
  expect(JSON.parse(reason)).toEqual({ retryInMs: expect.any(Number) });
  using again = await lin.connect();
  expect((await again.welcome()).epoch).toBe(epoch);
  await again.request({ type: "resume", epoch, topics: { [topicOf(general)]: head } });
  expect(again.deltas(topicOf(general))[0]?.messages?.[0]?.content).toBe("before the restart");
});
