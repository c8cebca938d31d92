import { expect, test } from "bun:test";
import type { Author, Place, Receipt, Room } from "@parley/protocol/model";
import { type Person, startWithCast } from "./harness.ts";
import { WatchedRoom } from "./view.ts";

const place = async (person: Person, room: Room): Promise<Place> => {
  const { membership } = await person.ok<Room>("GET", `/api/rooms/${room.id}`);
  if (!membership) throw new Error("not in the room");
  return membership;
};
const read = (person: Person, room: Room, upTo: number, unread?: true) =>
  person.request("PUT", `/api/rooms/${room.id}/receipt`, { upTo, ...(unread && { unread }) });

test("[UN2] RC-06 own messages, deletions and edits leave exactly what is unread, in the list and in the room", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  const messages = `/api/rooms/${general.id}/messages`;
  await lin.send(general, "mine");
  for (const content of ["one", "two", "three"]) await ada.send(general, content);
  expect(await place(lin, general)).toMatchObject({ receipt: 1, unread: 3, mentions: 0 });
  await ada.ok("DELETE", `${messages}/2`);
  await ada.ok("PATCH", `${messages}/3`, { content: "two @lin" });
  await ada.ok("POST", messages, { content: "a reply", replyTo: 3 });
  await lin.send(general, "mine again");
  const expected = await place(lin, general);
  expect(expected).toMatchObject({ receipt: 1, unread: 3, mentions: 1 });
  const { rooms } = await lin.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  expect(rooms.find(({ id }) => id === general.id)?.membership).toEqual(expected);
});

test("[UN2] what a room counts as unread is counted up to the newest message that it names, whatever is said meanwhile", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  let isOver = false;
  const saying = Promise.all(Array.from({ length: 90 }, (_, n) => ada.send(general, `${n}`)));
  const looking = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const { lastMessageId, membership } = await lin.ok<Room>("GET", `/api/rooms/${general.id}`);
      expect(membership?.unread).toBe(lastMessageId);
    }
  });
  await saying;
  isOver = true;
  await Promise.all(looking);
});

test("[UN1] [UN2] leaving and returning forgets what was unread; a long absence is 100", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  await Promise.all(Array.from({ length: 300 }, (_, n) => ada.send(general, `${n} @lin`)));
  expect(await place(lin, general)).toMatchObject({ receipt: 0, unread: 100, mentions: 100 });
  await lin.ok("DELETE", `/api/rooms/${general.id}/membership`);
  await ada.send(general, "while away");
  await lin.ok("PUT", `/api/rooms/${general.id}/membership`);
  expect(await place(lin, general)).toMatchObject({ receipt: 301, unread: 0, mentions: 0 });
});

test("[RR1] [RR2] RC-05 a receipt cannot go back, beyond the newest message, or be another's", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, general, committee } = cast;
  for (let n = 1; n <= 5; n++) await ada.send(general, `${n}`);
  using socket = await lin.connect();
  for (const upTo of [3, 3, 2, 0]) expect((await read(lin, general, upTo)).status).toBe(204);
  await socket.settle();
  expect(socket.deltas(`user:${lin.user.id}`)).toHaveLength(1);
  expect((await socket.request({ type: "receipt.set", room: general.slug, upTo: 9_000_000 })).error).toBeUndefined();
  expect(await place(lin, general)).toMatchObject({ receipt: 5, unread: 0 });
  expect(await place(noor, general)).toMatchObject({ receipt: 0, unread: 5 });
  for (const body of [{}, { upTo: -1 }, { upTo: 1.5 }, { upTo: "1" }, { upTo: 1, user: noor.user.id }]) {
    expect(await lin.refusal("PUT", `/api/rooms/${general.id}/receipt`, body)).toBe("invalid");
  }
  expect((await read(noor, committee, 1)).status).toBe(404);
});

test("[UN6] [RR4] two devices of one person hear of reading and of marking as unread; nobody else hears the latter", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  for (let n = 1; n <= 3; n++) await ada.send(general, `${n}`);
  using phone = await lin.connect();
  using desk = await lin.connect();
  using other = await ada.connect();
  const watched = await WatchedRoom.open(ada, other, general);
  await phone.request({ type: "receipt.set", room: general.id, upTo: 3 });
  await desk.request({ type: "receipt.set", room: general.id, upTo: 1, unread: true });
  await phone.settle();
  const receipts = phone.deltas(`user:${lin.user.id}`).flatMap((delta) => delta.receipts ?? []);
  expect(receipts.map(({ upTo }) => upTo)).toEqual([3, 1]);
  expect(desk.deltas(`user:${lin.user.id}`)).toEqual(phone.deltas(`user:${lin.user.id}`));
  expect(await place(lin, general)).toMatchObject({ receipt: 1, unread: 2 });
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  const told = other.deltas(`room:${general.id}`).flatMap((delta) => delta.receipts ?? []);
  expect(told).toEqual([{ room: general.id, user: lin.user.id, upTo: 3 }]);
});

test("[RR3] sending reads along, so that a conversation of two leaves nothing unread behind", async () => {
  await using cast = await startWithCast();
  const { ada, lin, committee } = cast;
  using socket = await lin.connect();
  const watched = await WatchedRoom.open(lin, socket, committee);
  await ada.send(committee, "one");
  await read(lin, committee, 1);
  await lin.send(committee, "two");
  await ada.send(committee, "three");
  expect(await place(ada, committee)).toMatchObject({ receipt: 1, unread: 1 });
  expect(await place(lin, committee)).toMatchObject({ receipt: 2, unread: 1 });
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
});

test("[RR5] [RR6] readers are for members, and only those who share are named", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor, committee } = cast;
  await ada.bring(sam, committee);
  await ada.send(committee, "please read");
  expect(await sam.ok("PATCH", "/api/me", { sharesReceipts: false })).toMatchObject({ sharesReceipts: false });
  using outsider = await noor.connect();
  for (const who of [lin, sam]) await read(who, committee, 1);
  const path = `/api/rooms/${committee.id}`;
  const { readers } = await ada.ok<{ readers: Author[] }>("GET", `${path}/messages/1/readers`);
  expect(readers.map(({ username }) => username)).toEqual(["lin"]);
  const { receipts } = await ada.ok<{ receipts: Receipt[] }>("GET", `${path}/receipts`);
  expect(receipts.map(({ user, upTo }) => [user, upTo])).toEqual([
    [ada.user.id, 1],
    [lin.user.id, 1],
  ]);
  expect(await ada.refusal("GET", `${path}/messages/2/readers`)).toBe("not_found");
  await outsider.settle();
  expect(JSON.stringify(outsider.frames)).not.toContain(committee.id);
  expect(JSON.stringify(await noor.ok("GET", `/api/users/${sam.user.id}`))).not.toContain("sharesReceipts");
});

test("[NL2] who is no member any more hears nothing of receipts, mentions and levels", async () => {
  await using cast = await startWithCast();
  const { ada, lin, committee } = cast;
  await ada.send(committee, "hello");
  using socket = await lin.connect();
  await lin.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  await socket.settle();
  const before = socket.frames.length;
  await ada.send(committee, "the canary @lin @all");
  await read(ada, committee, 1, true);
  await read(ada, committee, 2);
  await ada.ok("PATCH", `/api/rooms/${committee.id}/membership`, { notifyLevel: "none" });
  await socket.settle();
  expect(socket.frames.slice(before).filter(({ type }) => type !== "pong")).toEqual([]);
  const { rooms } = await lin.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  expect(rooms.map(({ id }) => id)).not.toContain(committee.id);
});

test("[NL1] [NL2] a level is kept, told to the other device, and resumed", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using phone = await lin.connect();
  const heads = await phone.heads();
  const changed = await lin.ok<Place>("PATCH", `/api/rooms/${general.id}/membership`, { notifyLevel: "none" });
  expect(changed).toMatchObject({ notifyLevel: "none", role: "member" });
  await phone.settle();
  const topic = `user:${lin.user.id}`;
  const levels = [{ room: general.id, notifyLevel: "none" as const }];
  expect(phone.deltas(topic)).toMatchObject([{ levels }]);
  using desk = await lin.connect();
  await desk.request({ type: "resume", topics: { [topic]: heads[topic] } });
  expect(desk.deltas(topic)).toMatchObject([{ levels }]);
  expect(await place(lin, general)).toMatchObject({ notifyLevel: "none" });
  expect(await place(ada, general)).toMatchObject({ notifyLevel: "mentions" });
  const direct = await lin.ok<Room>("POST", "/api/direct-rooms", { users: ["ada"] });
  expect(await place(ada, direct)).toMatchObject({ notifyLevel: "all", receipt: 0, unread: 0 });
  for (const body of [{}, { notifyLevel: "loud" }, { notifyLevel: "all", role: "owner" }]) {
    expect(await lin.refusal("PATCH", `/api/rooms/${general.id}/membership`, body)).toBe("invalid");
  }
});
