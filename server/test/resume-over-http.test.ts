import { expect, test } from "bun:test";
import type { AckSuccess, DeltaFrame } from "@parley/protocol/frames";
import type { Resumed } from "@parley/protocol/http/live";
import type { Message, Room, Session } from "@parley/protocol/model";
import { type Person, startWithCast } from "./harness.ts";

const poll = (person: Person, topics: Readonly<Record<string, number>> = {}, epoch?: string) =>
  person.ok<Resumed>("POST", "/api/resume", { topics, ...(epoch !== undefined && { epoch }) });

const say = (person: Person, command: object) => person.ok<AckSuccess>("POST", "/api/commands", { ref: 1, ...command });

const contents = ({ frames }: Resumed, { id }: Room) =>
  frames.flatMap((frame) =>
    frame.type === "delta" && frame.topic === `room:${id}` ? (frame.messages ?? []).map(({ content }) => content) : [],
  );

test("[CH2] who asks again with the heads of the last answer misses nothing, in one request for all topics", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general, committee } = cast;
  using socket = await lin.connect();
  let { heads, epoch } = await poll(lin);
  expect(heads).toEqual(await socket.heads());
  const deltas: DeltaFrame[] = [];
  for (let turn = 0; turn < 5; turn++) {
    await ada.send(general, `general ${turn}`);
    const sent = await ada.send(committee, `committee ${turn}`);
    if (turn === 3) await ada.ok("DELETE", `/api/rooms/${committee.id}/messages/${sent.id}`);
    const answer = await poll(lin, heads, epoch);
    for (const frame of answer.frames) if (frame.type === "delta") deltas.push(frame as DeltaFrame);
    ({ heads, epoch } = answer);
  }
  expect(await poll(lin, heads, epoch)).toMatchObject({ frames: [], gone: [], heads });
  await socket.settle();
  for (const topic of [`room:${general.id}`, `room:${committee.id}`]) {
    const polled = deltas.filter((delta) => delta.topic === topic);
    const ids = (list: readonly DeltaFrame[]) => [...new Set(list.flatMap((d) => d.messages ?? []).map((m) => m.id))];
    expect(ids(polled)).toEqual(ids(socket.deltas(topic)));
    expect(polled.at(-1)?.to).toBe(socket.deltas(topic).at(-1)?.to as number);
    for (const [n, delta] of polled.entries()) expect(delta.from).toBe(polled[n - 1]?.to ?? delta.from);
  }
});

test("[CH2] the budget is the socket's: what is too far behind, or of another epoch, is reset", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  const { heads, epoch } = await poll(lin);
  for (let n = 0; n < 60; n++) await ada.send(general, "x".repeat(4000));
  const { frames } = await poll(lin, heads, epoch);
  expect(frames).toEqual([{ type: "reset", topic: `room:${general.id}`, head: expect.any(Number) as never }]);
  const other = await poll(lin, heads, "another");
  expect(other.frames.every(({ type }) => type === "reset")).toBe(true);
  expect(other.frames).toHaveLength(Object.keys(heads).length);
  for (const topics of [{ "room:*": 1 }, { workspace: -1 }, { workspace: "1" }, [], null, { workspace: 1.5 }]) {
    expect(await lin.refusal("POST", "/api/resume", { topics })).toBe("invalid");
  }
  const many = Object.fromEntries(Array.from({ length: 503 }, (_, n) => [`room:R${n}`, 1]));
  expect(await lin.refusal("POST", "/api/resume", { topics: many })).toBe("invalid");
});

test("[CH1] a command over HTTP does and answers what it does and answers on a socket", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using socket = await lin.connect();
  const send = { type: "message.send", room: general.slug, content: "Hello", clientMessageId: "k1" };
  const first = await say(ada, send);
  expect(first).toMatchObject({ type: "ack", ref: 1, message: { id: 1, content: "Hello" } });
  expect((await say(ada, { ...send, content: "again" })).message).toEqual(first.message as Message);
  using ownSocket = await ada.connect();
  const ack = await ownSocket.request(send);
  expect(ack.error ? ack.error : ack.message).toEqual(first.message as Message);
  await say(ada, { type: "message.edit", room: general.id, id: 1, content: "Hi" });
  await say(ada, { type: "typing", room: general.id });
  await socket.find((frame) => frame.type === "typing");
  await say(ada, { type: "message.delete", room: general.id, id: 1 });
  expect(await say(ada, { type: "ping" })).toEqual({ type: "ack", ref: 1 });
  await socket.settle();
  expect(socket.deltas(`room:${general.id}`)).toHaveLength(3);
});

test("[CH1] what is no command, not allowed or too fast is refused as on the socket", async () => {
  await using cast = await startWithCast({ limits: true });
  const { server, ada, noor, general, committee } = cast;
  const refuse = (person: Person, body: unknown) => person.refusal("POST", "/api/commands", body);
  const send = { type: "message.send", ref: 1, room: committee.id, content: "let me in" };
  expect(await refuse(server.stranger, send)).toBe("not_signed_in");
  expect(await refuse(noor, send)).toBe("not_found");
  expect(await refuse(noor, { type: "typing", room: committee.id })).toBe("not_found");
  expect(await refuse(ada, { ...send, content: " " })).toBe("blank_message");
  expect(await refuse(ada, { ...send, user: noor.user.id })).toBe("invalid");
  expect(await refuse(ada, { type: "nothing", ref: 1 })).toBe("unknown_command");
  expect(await refuse(ada, { type: "toString", ref: 1 })).toBe("unknown_command");
  expect(await refuse(ada, { type: "resume", ref: 1, topics: {} })).toBe("invalid");
  for (const body of [[send], [], "[]", "7", "null", {}]) expect(await refuse(ada, body)).toBe("invalid");
  expect(await refuse(ada, "{")).toBe("malformed");
  const forged = await ada.request("POST", "/api/commands", send, { origin: "https://evil.example" });
  expect(forged.status).toBe(403);
  const codes = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const body = { type: "message.send", ref: 1, room: general.id, content: "flood" };
      return (await ada.request("POST", "/api/commands", body)).status;
    }),
  );
  expect(codes).toContain(429);
  expect((await ada.messages(committee)).messages).toEqual([]);
});

test("[CH3] WZ-05: who leaves a room, or was never in it, gets nothing of it by polling or by command", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  const { heads, epoch } = await poll(lin);
  await ada.send(committee, "before");
  expect(contents(await poll(lin, heads, epoch), committee)).toEqual(["before"]);
  await lin.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  await ada.send(committee, "the canary");
  for (const person of [lin, noor]) {
    const answer = await poll(person, { [`room:${committee.id}`]: 0 }, epoch);
    expect(answer.gone).toEqual([`room:${committee.id}`]);
    expect(answer.heads).not.toHaveProperty([`room:${committee.id}`]);
    expect(JSON.stringify(answer)).not.toContain("canary");
    for (const type of ["message.send", "message.edit", "message.delete", "typing"]) {
      const fields = {
        "message.send": { content: "x" },
        "message.edit": { id: 1, content: "x" },
        "message.delete": { id: 1 },
      };
      const body = { type, ref: 1, room: committee.id, ...fields[type as keyof typeof fields] };
      expect([type, await person.refusal("POST", "/api/commands", body)]).toEqual([type, "not_found"]);
    }
    expect(await person.refusal("GET", `/rooms/${committee.slug}/messages/?after=0`)).toBe("not_found");
    expect(await person.refusal("GET", `/api/rooms/${committee.id}/changes?since=0`)).toBe("not_found");
  }
});

test("[CH3] a revoked session polls no more, and is here no more", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  server.clock.advance(10_000);
  const { heads, epoch } = await poll(lin);
  using watcher = await ada.connect();
  const ack = await watcher.request({ type: "presence.watch", users: [lin.user.id] });
  expect(ack.error ? ack.error : ack.presence).toEqual({ [lin.user.id]: "online" });
  const { sessions } = await lin.ok<{ sessions: Session[] }>("GET", "/api/sessions");
  await lin.ok("DELETE", `/api/sessions/${sessions[0]?.id}`);
  await ada.send(general, "the canary");
  expect(await lin.refusal("POST", "/api/resume", { topics: heads, epoch })).toBe("not_signed_in");
  expect(await lin.refusal("GET", `/rooms/${general.slug}/messages/?after=0`)).toBe("not_signed_in");
  expect(await lin.refusal("POST", "/api/commands", { type: "ping", ref: 1 })).toBe("not_signed_in");
  await watcher.find((frame) => frame.type === "presence" && frame.users[lin.user.id] === "offline");
});

test("[CH4] who polls is here, is away when they say so, and is gone soon after the last request", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, sam, general } = cast;
  server.clock.advance(10_000);
  await poll(lin);
  await sam.ok("GET", `/rooms/${general.slug}/messages/?after=0`);
  const users = [lin.user.id, sam.user.id];
  expect((await say(ada, { type: "presence.watch", users })).presence).toEqual(
    Object.fromEntries(users.map((user) => [user, "online"])),
  );
  await say(lin, { type: "presence", active: false });
  await poll(lin);
  expect((await say(ada, { type: "presence.watch", users })).presence).toMatchObject({ [lin.user.id]: "away" });
  using watcher = await ada.connect();
  await watcher.request({ type: "presence.watch", users });
  server.clock.advance(35_000);
  await watcher.find((frame) => frame.type === "presence" && frame.users[lin.user.id] === "offline");
});
