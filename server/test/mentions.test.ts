import { expect, test } from "bun:test";
import type { Message, Place, Room } from "@parley/protocol/model";
import { type Person, startWithCast } from "./harness.ts";
import { WatchedRoom } from "./view.ts";

const mentions = async (person: Person, room: Room): Promise<Place["mentions"] | undefined> =>
  (await person.ok<Room>("GET", `/api/rooms/${room.id}`)).membership?.mentions;

test("[MN1] who is no member is not mentioned, and gets nothing", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  using outsider = await noor.connect();
  const message = await ada.send(committee, "@noor, @lin, @nobody and @LIN. Mail lin@ada.example, see `@lin`");
  expect(message.mentions).toEqual(["lin"]);
  expect(await mentions(lin, committee)).toBe(1);
  await outsider.settle();
  expect(JSON.stringify(outsider.frames)).not.toContain(committee.id);
});

test("[MN2] of a thousand names at most fifty are looked at", async () => {
  await using cast = await startWithCast();
  const { ada, sam, general } = cast;
  const names = Array.from({ length: 200 }, (_, n) => `@x${n}`);
  expect((await ada.send(general, [...names.slice(0, 49), "@lin", "@sam"].join(" "))).mentions).toEqual(["lin"]);
  expect(await mentions(sam, general)).toBe(0);
  expect((await ada.send(general, names.join(" "))).mentions).toBeUndefined();
});

test("[MN3] an edit that mentions counts once, and not again for who has read it", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using socket = await lin.connect();
  const watched = await WatchedRoom.open(lin, socket, general);
  const path = `/api/rooms/${general.id}/messages/1`;
  await ada.send(general, "hello");
  for (const content of ["hello @lin", "hello @lin and @lin", "hello @lin, again"]) {
    expect((await ada.ok<Message>("PATCH", path, { content })).mentions).toEqual(["lin"]);
    expect(await mentions(lin, general)).toBe(1);
  }
  await lin.ok("PUT", `/api/rooms/${general.id}/receipt`, { upTo: 1 });
  await ada.ok("PATCH", path, { content: "once more @lin" });
  expect(await mentions(lin, general)).toBe(0);
  await ada.ok("DELETE", path);
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
});

test("[MN4] everyone is called by anyone in a small room, by its admins alone in a large one", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, sam, general } = cast;
  expect((await lin.send(general, "@here")).mentions).toEqual(["here"]);
  expect(await mentions(sam, general)).toBe(1);
  expect(await mentions(lin, general)).toBe(0);
  for (let n = 0; n < 48; n++) await server.signUp(`guest${n}`);
  const shouted = await lin.send(general, "@all");
  expect(shouted.mentions).toBeUndefined();
  const edited = await lin.ok<Message>("PATCH", `/api/rooms/${general.id}/messages/${shouted.id}`, {
    content: "@all please",
  });
  expect(edited.mentions).toBeUndefined();
  expect((await ada.send(general, "@all")).mentions).toEqual(["all"]);
  expect(await mentions(sam, general)).toBe(2);
});
