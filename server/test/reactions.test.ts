import { expect, test } from "bun:test";
import type { OwnReactions } from "@parley/protocol/http/messages";
import { limits } from "@parley/protocol/limits";
import type { Message, Room } from "@parley/protocol/model";
import { startWithCast } from "./harness.ts";
import { WatchedRoom } from "./view.ts";

const pathOf = (room: Room, id: number, emoji: string) =>
  `/api/rooms/${room.id}/messages/${id}/reactions/${encodeURIComponent(emoji)}`;

test("[RE1] [RE2] a reaction is there for everyone at once, over HTTP and the socket, and once", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, general } = cast;
  using lins = await lin.connect();
  using sams = await sam.connect();
  const watched = await WatchedRoom.open(sam, sams, general);
  await ada.send(general, "Tea at four?");
  const added = await ada.ok<Message>("PUT", pathOf(general, 1, "👍"));
  expect(added.reactions).toEqual([{ emoji: "👍", users: [ada.user.id], count: 1 }]);
  const again = await ada.ok<Message>("PUT", pathOf(general, 1, "👍"));
  expect(again).toEqual(added);
  const command = { room: general.slug, id: 1, emoji: "👍" };
  const react = async (type: "reaction.add" | "reaction.remove") => {
    const ack = await lins.request({ type, ...command });
    if (ack.error || !ack.message) throw new Error(JSON.stringify(ack));
    return ack.message;
  };
  const both = await react("reaction.add");
  expect(both.reactions).toEqual([{ emoji: "👍", users: [ada.user.id, lin.user.id], count: 2 }]);
  expect(await react("reaction.add")).toEqual(both);
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  expect((await watched.view()).messages[0]).toEqual(both);
  const removed = await react("reaction.remove");
  expect(removed.reactions).toEqual([{ emoji: "👍", users: [ada.user.id], count: 1 }]);
  expect(await react("reaction.remove")).toEqual(removed);
  const none = await ada.ok<Message>("DELETE", pathOf(general, 1, "👍"));
  expect(none.reactions).toBeUndefined();
  expect(none.seq).toBe(added.seq + 3);
  expect((await watched.both())[0]).toEqual((await watched.both())[1]);
});

test("[RE6] who is not among the first who reacted is told by asking, and by nothing else", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  await ada.send(general, "All here?");
  await ada.send(general, "And on time?");
  const others = await Promise.all(
    Array.from({ length: limits.reactionUsers }, (_, index) => server.signUp(`user${index}`)),
  );
  for (const person of [...others, lin]) await person.ok("PUT", pathOf(general, 1, "👋"));
  const { messages, head } = await lin.messages(general);
  const first = messages[0]?.reactions?.[0];
  expect([first?.count, first?.users.length]).toEqual([limits.reactionUsers + 1, limits.reactionUsers]);
  expect(first?.users).not.toContain(lin.user.id);
  const path = `/api/rooms/${general.slug}/my-reactions?messages=`;
  expect(await lin.ok<OwnReactions>("GET", `${path}2,1`)).toEqual({
    reactions: [{ message: 1, emoji: ["👋"] }],
    head,
  });
  expect((await ada.ok<OwnReactions>("GET", `${path}1`)).reactions).toEqual([]);
  const taken = await lin.ok<Message>("DELETE", pathOf(general, 1, "👋"));
  expect(taken.reactions?.[0]?.count).toBe(limits.reactionUsers);
  expect((await lin.ok<OwnReactions>("GET", `${path}1`)).reactions).toEqual([]);
  const many = Array.from({ length: limits.ownReactionMessages + 1 }, (_, index) => index + 1);
  for (const bad of ["", "0", "1,", "x", "1;2", `${"9".repeat(16)}`, many.join(",")]) {
    expect(await lin.refusal("GET", `${path}${bad}`)).toBe("invalid");
  }
  expect(await lin.refusal("GET", path.split("?")[0] ?? "")).toBe("invalid");
}, 60_000);

test("[RE1] RC-02 of fifty equal reactions at once one counts", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  await ada.send(general, "Everyone?");
  const { head } = await ada.messages(general);
  const answers = await Promise.all(Array.from({ length: 50 }, () => lin.ok<Message>("PUT", pathOf(general, 1, "👍"))));
  for (const { reactions } of answers) expect(reactions).toEqual([{ emoji: "👍", users: [lin.user.id], count: 1 }]);
  expect((await ada.messages(general)).head).toBe(head + 1);
});

test("[RE2] who was away finds the reactions when they catch up", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  await ada.send(general, "one");
  const { head } = await lin.messages(general);
  await ada.ok("PUT", pathOf(general, 1, "🎉"));
  const changes = await lin.ok<{ messages: Message[] }>("GET", `/api/rooms/${general.id}/changes?since=${head}`);
  const reactions = [{ emoji: "🎉", users: [ada.user.id], count: 1 }];
  expect(changes.messages).toMatchObject([{ id: 1, reactions }]);
  await cast.server.restart();
  expect((await lin.messages(general)).messages).toMatchObject([{ id: 1, reactions }]);
});

test("[RE3] RC-01 every spelling of an emoji is one, and what is no emoji is refused", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using socket = await ada.connect();
  await ada.send(general, "Which?");
  const kept = ["👍", "❤️", "🏳️‍🌈", "👩🏽‍🚀", "🇳🇱", "1️⃣", "🏴󠁧󠁢󠁷󠁬󠁳󠁿"];
  for (const [index, spelling] of ["👍\ufe0f", "❤", "🏳‍🌈", "👩🏽‍🚀", "🇳🇱", "1\u20e3", "🏴󠁧󠁢󠁷󠁬󠁳󠁿"].entries()) {
    await ada.ok("PUT", pathOf(general, 1, spelling));
    await lin.ok("PUT", pathOf(general, 1, kept[index] ?? ""));
  }
  const { messages } = await ada.messages(general);
  const users = [ada.user.id, lin.user.id];
  expect(messages[0]?.reactions).toEqual(kept.map((emoji) => ({ emoji, users, count: 2 })));
  const wrong = [
    "a",
    "1",
    ":+1:",
    "👍👍",
    "👍 ",
    "\u200d",
    "\ufe0f",
    "👍\u0000",
    "x".repeat(40),
    "👍".repeat(200),
    "x".repeat(5000),
    "<b>",
    "🇳",
    "🏽🏽",
  ];
  for (const emoji of wrong) {
    expect(`${emoji} ${await ada.refusal("PUT", pathOf(general, 1, emoji))}`).toBe(`${emoji} invalid`);
    expect(await ada.refusal("DELETE", pathOf(general, 1, emoji))).toBe("invalid");
    const ack = await socket.request({ type: "reaction.add", room: general.id, id: 1, emoji });
    expect(ack.error?.code).toBe("invalid");
  }
  for (const raw of ["%", "%F0%9F%91", "%00", "%ED%A0%BD"]) {
    const path = `/api/rooms/${general.id}/messages/1/reactions/${raw}`;
    expect((await ada.request("PUT", path)).status).toBe(400);
  }
  for (const emoji of ["", null, 7, ["👍"], undefined]) {
    const ack = await socket.request({ type: "reaction.add", room: general.id, id: 1, emoji });
    expect(ack.error?.code).toBe("invalid");
  }
  expect((await ada.messages(general)).messages).toEqual(messages);
});

test("[RE3] RC-02 a message has so many kinds at most, however many come at once", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  await ada.send(general, "All of them");
  const tried = Array.from({ length: 100 }, (_, index) => String.fromCodePoint(0x1f400 + index));
  const outcomes = await Promise.all(tried.map((emoji) => ada.request("PUT", pathOf(general, 1, emoji))));
  expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(limits.reactionKinds);
  expect(outcomes.filter(({ status }) => status === 409)).toHaveLength(tried.length - limits.reactionKinds);
  const kinds = (await ada.messages(general)).messages[0]?.reactions?.map(({ emoji }) => emoji) ?? [];
  expect(kinds).toHaveLength(limits.reactionKinds);
  expect(await lin.refusal("PUT", pathOf(general, 1, "👍"))).toBe("limit_reached");
  await lin.ok("PUT", pathOf(general, 1, kinds[3] ?? ""));
  const { messages } = await lin.messages(general);
  expect(messages[0]?.reactions).toHaveLength(limits.reactionKinds);
});

test("[RE4] [HT2] RC-03 AZ-08 to outsiders and to those who left, there is nothing to react to", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, server, committee, general } = cast;
  await ada.send(committee, "the canary");
  await ada.ok("PUT", pathOf(committee, 1, "🐤"));
  using noors = await noor.connect();
  using lins = await lin.connect();
  await lin.ok("PUT", pathOf(committee, 1, "👍"));
  await lin.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  await lins.settle();
  const from = lins.frames.length;
  await ada.ok("PUT", pathOf(committee, 1, "🤫"));
  for (const [person, socket] of [
    [noor, noors],
    [lin, lins],
  ] as const) {
    for (const id of [1, 99]) {
      expect(await person.refusal("PUT", pathOf(committee, id, "👍"))).toBe("not_found");
      expect(await person.refusal("DELETE", pathOf(committee, id, "👍"))).toBe("not_found");
      for (const type of ["reaction.add", "reaction.remove"]) {
        const ack = await socket.request({ type, room: committee.id, id, emoji: "👍" });
        expect(ack.error?.code).toBe("not_found");
      }
    }
  }
  expect(await server.stranger.refusal("PUT", pathOf(committee, 1, "👍"))).toBe("not_signed_in");
  expect(await ada.refusal("PUT", pathOf(general, 1, "👍"))).toBe("not_found");
  expect(JSON.stringify([noors.frames, lins.frames.slice(from)])).not.toMatch(/canary|🐤|🤫/);
  const reactions = (await ada.messages(committee)).messages[0]?.reactions;
  expect(reactions?.map(({ emoji, count }) => [emoji, count])).toEqual([
    ["🐤", 1],
    ["👍", 1],
    ["🤫", 1],
  ]);
});

test("[RE4] MS-20 a reaction that races a deletion is either dropped with it or refused", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using socket = await lin.connect();
  const watched = await WatchedRoom.open(lin, socket, general);
  for (let id = 1; id <= 20; id++) {
    await ada.send(general, `number ${id}`);
    const [answer] = await Promise.all([
      lin.request<Message>("PUT", pathOf(general, id, "👍")),
      ada.ok("DELETE", `/api/rooms/${general.id}/messages/${id}`),
    ]);
    expect([200, 409]).toContain(answer.status);
  }
  const { messages } = await ada.messages(general, "?limit=100");
  for (const message of messages) {
    expect(message).toMatchObject({ content: "", deletedAt: expect.any(String) });
    expect(message.reactions).toBeUndefined();
  }
  expect(await lin.refusal("PUT", pathOf(general, 1, "👍"))).toBe("message_deleted");
  expect(await lin.refusal("DELETE", pathOf(general, 1, "👍"))).toBe("message_deleted");
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
});

test("[RE5] RC-04 a flood of toggles reaches everyone in few frames, and leaves the last state", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using adas = await ada.connect();
  using lins = await lin.connect();
  await ada.send(general, "flicker");
  await lins.settle();
  const watched = await WatchedRoom.open(lin, lins, general);
  const before = lins.deltas(`room:${general.id}`).length;
  const toggles = Array.from({ length: 301 }, (_, n) => (n % 2 === 0 ? "reaction.add" : "reaction.remove"));
  const acks = await Promise.all(toggles.map((type) => adas.request({ type, room: general.id, id: 1, emoji: "👍" })));
  expect(acks.filter(({ error }) => error)).toEqual([]);
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  expect((await watched.view()).messages[0]?.reactions).toEqual([{ emoji: "👍", users: [ada.user.id], count: 1 }]);
  expect(lins.deltas(`room:${general.id}`).length - before).toBeLessThan(150);
});

test("[LM1] reactions are limited, and the socket is no way around", async () => {
  await using cast = await startWithCast({ limits: true });
  const { ada, general } = cast;
  using socket = await ada.connect();
  await ada.send(general, "slowly");
  const started = performance.now();
  const each = 100;
  const [answers, acks] = await Promise.all([
    Promise.all(Array.from({ length: each }, () => ada.request("PUT", pathOf(general, 1, "👍")))),
    Promise.all(
      Array.from({ length: each }, () =>
        socket.request({ type: "reaction.remove", room: general.id, id: 1, emoji: "👍" }),
      ),
    ),
  ]);
  const waits = [
    ...answers.flatMap(({ status, headers }) => (status === 429 ? [headers.get("retry-after")] : [])),
    ...acks.flatMap(({ error }) => (error ? [error.retryAfterMs] : [])),
  ];
  // Sixty at once, and one more every 100 ms, whichever way they come.
  expect(waits.length).toBeGreaterThanOrEqual(2 * each - 60 - Math.ceil((performance.now() - started) / 100));
  for (const wait of waits) expect(Number(wait)).toBeGreaterThan(0);
});
