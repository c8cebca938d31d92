import { expect, test } from "bun:test";
import type { Resumed } from "@parley/protocol/http/live";
import type { Invite, Message, Room } from "@parley/protocol/model";
import { formatPositions } from "@parley/protocol/positions";
import { TestStream } from "./event-stream.ts";
import { type Person, startWithCast } from "./harness.ts";
import { drawPicture } from "./pictures.ts";

/** What is written everywhere that outsiders have no business, and a reaction that nothing else is reacted to with. */
const word = "zqcanary";
const emoji = "🦑";

interface Secret {
  readonly room: Room;
  readonly messages: readonly number[];
  readonly files: readonly string[];
  /** A code that still opens the room, and one that does not any more. */
  readonly codes: readonly [open: string, revoked: string] | null;
}

/** Fills a room with everything that a room can hold. */
async function fill(room: Room, owner: Person, other: Person): Promise<Secret> {
  const base = `/api/rooms/${room.id}`;
  const files = [
    await owner.upload(room, `${word}.txt`, `bytes of the ${word}`),
    await owner.upload(room, `${word}.png`, await drawPicture(20, 10)),
  ];
  const attachments = files.map(({ id }) => id);
  const first = await owner.ok<Message>("POST", `${base}/messages`, {
    content: `@${other.user.username} ${word}`,
    attachments,
  });
  const second = await other.ok<Message>("POST", `${base}/messages`, { content: `${word} too` });
  await other.ok("PATCH", `${base}/messages/${second.id}`, { content: `${word} changed` });
  await other.ok("PUT", `${base}/messages/${first.id}/reactions/${encodeURIComponent(emoji)}`);
  await other.ok("PUT", `${base}/receipt`, { upTo: second.id });
  // What is only about to be said.
  const draft = await owner.upload(room, `${word}-draft.txt`, `bytes of the ${word}`);
  return { room, messages: [first.id, second.id], files: [...attachments, draft.id], codes: null };
}

async function invite(secret: Secret, owner: Person): Promise<Secret> {
  const path = `/api/rooms/${secret.room.id}/invites`;
  const [open, revoked] = [await owner.ok<Invite>("POST", path, {}), await owner.ok<Invite>("POST", path, {})];
  await owner.ok("DELETE", `/api/invites/${revoked.code}`);
  return { ...secret, codes: [open.code, revoked.code] };
}

/** Every GET route with every value that its parts could be filled with, and everything it could be asked. */
async function listRequests(person: Person, secrets: readonly Secret[]): Promise<readonly string[]> {
  const description = await person.ok<{ paths: Record<string, Record<string, unknown>> }>("GET", "/api/openapi.json");
  const rooms = secrets.flatMap(({ room }) => [room.id, room.slug]);
  const ids = [...new Set(secrets.flatMap(({ messages, files }) => [...messages.map(String), ...files]))];
  const values: Readonly<Record<string, readonly string[]>> = {
    room: rooms,
    id: ids,
    user: secrets.flatMap(({ room }) => room.users?.map(({ id }) => id) ?? []),
    code: secrets.flatMap(({ codes }) => codes?.slice(1) ?? []),
  };
  const queries = ["", "after=0", "before=99", "around=1", "since=0", "limit=1", "cursor=1", `cursor=${word}`];
  const searches = [word, `"${word} changed"`, `has:file ${word}`, `has:reaction ${word}`, `from:ada ${word}`].flatMap(
    (q) => [
      `q=${encodeURIComponent(q)}`,
      ...rooms.map((room) => `q=${encodeURIComponent(q)}&room=${room}`),
      ...rooms.map((room) => `q=${encodeURIComponent(`in:${room} ${q}`)}`),
    ],
  );
  const paths = Object.keys(description.paths).filter((path) => description.paths[path]?.get && path !== "/api/events");
  return paths.flatMap((path) => {
    const asked = path === "/api/search" || path === "/api/users" ? [...queries, ...searches] : queries;
    return expand(path, values).flatMap((filled) =>
      asked.map((query) => (query === "" ? filled : `${filled}?${query}`)),
    );
  });
}

function expand(path: string, values: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const name = /\{(\w+)\}/.exec(path)?.[1];
  if (name === undefined) return [path];
  return (values[name] ?? []).flatMap((value) => expand(path.replace(`{${name}}`, encodeURIComponent(value)), values));
}

interface Received {
  readonly path: string;
  readonly status: number;
  /** Headers and bytes. */
  readonly text: string;
}

/** Everything that someone receives for these requests. */
async function replay(person: Person, paths: readonly string[]): Promise<readonly Received[]> {
  const received: Received[] = [];
  for (let next = 0; next < paths.length; next += 20) {
    const some = paths.slice(next, next + 20).map(async (path) => {
      const { status, headers, bytes } = await person.download(path);
      return { path, status, text: JSON.stringify([...headers]) + new TextDecoder().decode(bytes) };
    });
    received.push(...(await Promise.all(some)));
  }
  return received;
}

test("[AX4] WZ-06 who is not in a room receives no byte of it, whatever they ask and on whatever they listen", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, noor } = cast;
  using live = await noor.connect();
  await using stream = await TestStream.open(server.url, noor);
  using insider = await lin.connect();
  const create = (kind: string) =>
    ada.ok<Room>("POST", "/api/rooms", { name: `${word} ${kind}`, description: `about the ${word}`, kind: "private" });
  const [hidden, archived] = [await create("hidden"), await create("archived")];
  for (const room of [hidden, archived]) await ada.bring(lin, room);
  const direct = await ada.ok<Room>("POST", "/api/direct-rooms", { users: ["lin"] });
  const secrets = [
    await invite(await fill(hidden, ada, lin), ada),
    await fill(direct, ada, lin),
    await invite(await fill(archived, ada, lin), ada),
  ];
  await ada.ok("PATCH", `/api/rooms/${archived.id}`, { archived: true });

  const hiddenWords = [
    word,
    emoji,
    ...secrets.flatMap(({ files, codes }) => [...files, ...(codes?.slice(0, 1) ?? [])]),
  ];
  const leaks = (text: string) => hiddenWords.filter((hiddenWord) => text.includes(hiddenWord));
  const paths = await listRequests(noor, secrets);
  for (const person of [noor, server.stranger]) {
    const received = await replay(person, paths);
    expect(received.filter(({ text }) => leaks(text).length > 0)).toEqual([]);
    // Nothing is written in a picture: that none comes is what counts.
    expect(received.filter(({ path, status }) => /\/(files|rooms)\/./.test(path) && status < 400)).toEqual([]);
  }
  // The same requests by those who are in the rooms find all of it: there was something to leak.
  const found = await replay(ada, paths);
  expect(leaks(found.map(({ text }) => text).join("\n"))).toEqual(hiddenWords);
  expect(found.filter(({ path, status }) => path.endsWith("/thumbnail") && status === 200)).toHaveLength(3);

  const topics = Object.fromEntries(secrets.map(({ room }) => [`room:${room.id}`, 0]));
  const { epoch } = await noor.ok<Resumed>("POST", "/api/resume", { topics: {} });
  const positions = formatPositions({ epoch, topics });
  await using returned = await TestStream.open(server.url, noor, {
    query: `?positions=${encodeURIComponent(positions)}`,
  });
  await returned.find((frame) => frame.type === "ack");
  await live.request({ type: "resume", topics, epoch });
  await live.request({ type: "presence.watch", users: [ada.user.id, lin.user.id] });
  const resumed = await noor.ok<Resumed>("POST", "/api/resume", { topics, epoch });
  expect(resumed.gone.toSorted()).toEqual(Object.keys(topics).sort());
  await ada.send(cast.general, "the witness");
  await Promise.all([live.settle(), stream.said("the witness"), returned.said("the witness"), insider.settle()]);
  expect(leaks(JSON.stringify([live.frames, stream.frames, returned.frames, resumed]))).toEqual([]);
  expect(leaks(JSON.stringify(insider.frames))).toContain(word);
});
