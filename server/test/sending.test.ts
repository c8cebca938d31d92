import { expect, test } from "bun:test";
import type { Message, Room } from "@parley/protocol/model";
import { startWithCast } from "./harness.ts";
import { loadView, WatchedRoom } from "./view.ts";

test("[MS1] two people talk, and both see the same messages in the same order", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using adas = await ada.connect();
  using lins = await lin.connect();
  const watched = await WatchedRoom.open(lin, lins, general);
  await adas.send(general, "Hello");
  await lins.send(general, "Hello yourself");
  await ada.send(general, "Over HTTP");
  const { messages } = await ada.messages(general);
  expect(messages.map(({ id, content, author }) => [id, author.username, content])).toEqual([
    [1, "ada", "Hello"],
    [2, "lin", "Hello yourself"],
    [3, "ada", "Over HTTP"],
  ]);
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
});

test("[MS1] [TD1] [TD2] fifty senders at once leave no gap in ids, seqs or deltas", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using socket = await lin.connect();
  const watched = await WatchedRoom.open(lin, socket, general);
  const sent = await Promise.all(Array.from({ length: 50 }, (_, n) => ada.send(general, `message ${n}`)));
  expect(sent.map(({ id }) => id).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  const deltas = socket.deltas(`room:${general.id}`);
  for (const [index, delta] of deltas.entries()) {
    if (index > 0) expect(delta.from).toBe(deltas[index - 1]?.to ?? -1);
    expect(delta.messages?.length ?? 0).toBe(delta.to - delta.from);
  }
});

test("[SO3] every command of a pipelined hundred gets its own answer, once", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  using socket = await ada.connect();
  const acks = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      socket.request({ type: "message.send", room: general.id, content: n % 10 === 9 ? " " : `number ${n}` }),
    ),
  );
  for (const [n, ack] of acks.entries()) {
    if (n % 10 === 9) expect(ack.error?.code).toBe("blank_message");
    else expect(ack).toMatchObject({ message: { content: `number ${n}` } });
  }
  await socket.settle();
  const refs = socket.frames.flatMap((frame) => (frame.type === "ack" ? [frame.ref] : []));
  expect(refs.length).toBe(100);
  expect(new Set(refs).size).toBe(100);
});

test("[MS2] sending again under the same key returns the first message, over HTTP and the socket", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using socket = await ada.connect();
  const path = `/api/rooms/${general.slug}/messages`;
  const body = { content: "once", clientMessageId: "key-1" };
  const first = await ada.request<Message>("POST", path, body);
  const again = await ada.request<Message>("POST", path, { ...body, content: "another text" });
  const onSocket = await socket.send(general, "a third", "key-1");
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.body).toEqual(first.body);
  expect(onSocket).toEqual(first.body);
  const other = await lin.request<Message>("POST", path, body);
  expect(other.status).toBe(201);
  expect((await ada.messages(general)).messages).toHaveLength(2);
});

test("[MS2] a send whose answer was lost may be repeated after the room was archived, or its author removed", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  using socket = await lin.connect();
  const sent = await socket.send(committee, "the last words", "key-1");
  const path = `/api/rooms/${committee.slug}/messages`;
  const body = { content: "the last words", clientMessageId: "key-1" };
  const command = { type: "message.send", room: committee.id, ...body };
  const expectRepeats = async () => {
    const answer = await lin.request<Message>("POST", path, body);
    expect([answer.status, answer.body]).toEqual([200, sent]);
    expect(await socket.request(command)).toEqual({ type: "ack", ref: expect.any(Number), message: sent });
    expect(await lin.ok("POST", "/api/commands", { ref: 1, ...command })).toMatchObject({ message: sent });
  };
  await ada.ok("PATCH", `/api/rooms/${committee.id}`, { archived: true });
  await expectRepeats();
  expect(await lin.refusal("POST", path, { ...body, clientMessageId: "key-2" })).toBe("room_archived");
  await ada.ok("DELETE", `/api/rooms/${committee.id}/members/${lin.user.id}`);
  await expectRepeats();
  expect(await lin.refusal("POST", path, { ...body, clientMessageId: "key-2" })).toBe("not_found");
  expect(await noor.refusal("POST", path, body)).toBe("not_found");
  expect((await ada.messages(committee)).messages).toEqual([sent]);
});

test("[MS2] a hundred racing repeats of one key make one message", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const ids = await Promise.all(Array.from({ length: 100 }, () => ada.send(general, "once", "same")));
  expect(new Set(ids.map(({ id }) => id))).toEqual(new Set([1]));
  expect((await ada.messages(general)).messages).toHaveLength(1);
});

test("[MS3] blank and too long messages are refused with their codes, and leave nothing", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  using socket = await ada.connect();
  const path = `/api/rooms/${general.id}/messages`;
  for (const content of ["", "   \n\t", "\u200b\u2060\ufeff", "\u3164"]) {
    expect(await ada.refusal("POST", path, { content })).toBe("blank_message");
    const ack = await socket.request({ type: "message.send", room: general.id, content });
    expect(ack.error?.code).toBe("blank_message");
  }
  const tooLong = await ada.request("POST", path, { content: "x".repeat(4001) });
  expect(tooLong.status).toBe(413);
  expect(await ada.refusal("POST", path, { content: "👍".repeat(4001) })).toBe("message_too_long");
  expect((await ada.request("POST", path, { content: "👍".repeat(4000) })).status).toBe(201);
  expect(await ada.refusal("POST", path, { content: "nul \u0000" })).toBe("invalid");
  expect(await ada.refusal("POST", path, '{"content":"\\ud800"}')).toBe("invalid");
  expect((await ada.messages(general)).messages).toHaveLength(1);
});

test("[MS4] [MS5] edits and deletions reach everyone live, and keep their place", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using adas = await ada.connect();
  using lins = await lin.connect();
  const watched = await WatchedRoom.open(lin, lins, general);
  const first = await adas.send(general, "Helo");
  const second = await adas.send(general, "Bye");
  const edit = await adas.request({ type: "message.edit", room: general.id, id: first.id, content: "Hello" });
  expect(edit.error).toBeUndefined();
  const path = `/api/rooms/${general.id}/messages/${second.id}`;
  expect((await ada.request("DELETE", path)).status).toBe(204);
  expect((await ada.request("DELETE", path)).status).toBe(204);
  expect(await ada.refusal("PATCH", path, { content: "no" })).toBe("message_deleted");
  const { messages } = (await watched.view()) ?? {};
  expect(messages[0]).toMatchObject({ id: 1, content: "Hello", editedAt: expect.any(String) });
  expect(messages[1]).toMatchObject({ id: 2, content: "", deletedAt: expect.any(String) });
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  expect(JSON.stringify(await ada.messages(general))).not.toContain("Bye");
});

test("[MS6] [MS7] pages go back, forth and around, and say where deltas go on", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  await Promise.all(Array.from({ length: 130 }, (_, n) => ada.send(general, `${n}`)));
  const ids = async (query: string) => (await ada.messages(general, query)).messages.map(({ id }) => id);
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
  expect(await ids("")).toEqual(range(106, 130));
  expect(await ids("?limit=100")).toEqual(range(31, 130));
  expect(await ids("?before=106")).toEqual(range(81, 105));
  expect(await ids("?before=1")).toEqual([]);
  expect(await ids("?after=0&limit=3")).toEqual([1, 2, 3]);
  expect(await ids("?after=128")).toEqual([129, 130]);
  expect(await ids("?after=130")).toEqual([]);
  const around = await ids("?around=60&limit=11");
  expect(around).toEqual(range(55, 65));
  expect(await ids("?around=1&limit=5")).toContain(1);
  const page = await ada.messages(general);
  const view = await loadView(ada, general);
  expect(page.head).toBe(view.seq);
});

test("[MS8] AZ-03 a reply names a message of its room", async () => {
  await using cast = await startWithCast();
  const { ada, general, committee } = cast;
  await ada.send(committee, "secret");
  const first = await ada.send(general, "question");
  const reply = await ada.ok<Message>("POST", `/api/rooms/${general.id}/messages`, {
    content: "answer",
    replyTo: first.id,
  });
  expect(reply.replyTo).toBe(first.id);
  const path = `/api/rooms/${general.id}/messages`;
  expect(await ada.refusal("POST", path, { content: "x", replyTo: 99 })).toBe("invalid");
});

test("[MS9] a server clock that is set back does not turn the order of times", async () => {
  await using cast = await startWithCast();
  const { server, ada, general } = cast;
  const first = await ada.send(general, "before");
  server.clock.advance(-3_600_000);
  const second = await ada.send(general, "after");
  expect(Date.parse(second.createdAt)).toBeGreaterThanOrEqual(Date.parse(first.createdAt));
  expect(second.id).toBe(2);
});

test("[TD5] a burst reaches each socket in fewer frames than messages", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using adas = await ada.connect();
  using lins = await lin.connect();
  await Promise.all(Array.from({ length: 200 }, (_, n) => adas.send(general, `burst ${n}`)));
  await lins.settle();
  const deltas = lins.deltas(`room:${general.id}`);
  expect(deltas.flatMap(({ messages }) => messages ?? [])).toHaveLength(200);
  expect(deltas.length).toBeLessThan(100);
});

test("[TD7] a day of everything at once converges for every watcher", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor } = cast;
  const room = await ada.createRoom("Busy");
  await Promise.all([lin, sam].map((person) => person.ok("PUT", `/api/rooms/${room.slug}/membership`)));
  using socket = await lin.connect();
  const watched = await WatchedRoom.open(lin, socket, room);
  const path = `/api/rooms/${room.id}`;
  await Promise.all([
    ...Array.from({ length: 20 }, (_, n) => ada.send(room, `from ada ${n}`)),
    ...Array.from({ length: 20 }, (_, n) => sam.send(room, `from sam ${n}`)),
    ada.ok("PATCH", path, { name: "Busier", description: "It is" }),
    noor.ok("PUT", `${path}/membership`),
  ]);
  const { messages } = await ada.messages(room, "?limit=100");
  const own = messages.filter(({ author }) => author.username === "ada");
  await Promise.all([
    ...own.slice(0, 5).map(({ id }) => ada.ok("PATCH", `${path}/messages/${id}`, { content: `edited ${id}` })),
    ...messages.slice(10, 15).map(({ id }) => ada.ok("DELETE", `${path}/messages/${id}`)),
    sam.ok("DELETE", `${path}/membership`),
  ]);
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  expect((await ada.ok<Room>("GET", path)).memberCount).toBe(3);
});
