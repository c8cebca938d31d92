import { expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { type Person, startWithCast } from "./harness.ts";
import { closeCodeOf, openRawSocket, rawFrame } from "./raw-socket.ts";
import { WatchedRoom } from "./view.ts";

type Cast = Awaited<ReturnType<typeof startWithCast>>;

/** 16 kB each: fewer fill what the kernel buffers for a connection on loopback. */
const content = "🐌".repeat(limits.messageLength);

const say = ({ ada, general }: Cast, messages: number) =>
  Promise.all(Array.from({ length: messages }, () => ada.send(general, content)));

/** Connections that the server has now. */
async function connections(owner: Person): Promise<number> {
  const { here } = await owner.ok<{ here: { connections: number } }>("GET", "/api/admin/overview");
  return here.connections;
}

test("[SO9] a reader that does not read is closed with 4008, and the others miss nothing", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  using healthy = await ada.connect();
  await healthy.request({ type: "presence.watch", users: [lin.user.id] });
  const watched = await WatchedRoom.open(ada, healthy, general);
  const slow = await openRawSocket(server.url, lin.cookie);
  slow.pause();
  while ((await connections(ada)) === 2) await say(cast, 50);
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  // Who comes to themself only when they have been offline to others for a while, is still told why.
  server.clock.advance(5000);
  await healthy.find((frame) => frame.type === "presence" && frame.users[lin.user.id] === "offline");
  expect(await closeCodeOf(slow)).toBe(4008);

  using again = await lin.connect();
  const { head } = await lin.messages(general);
  await again.request({ type: "resume", topics: { [`room:${general.id}`]: 1 } });
  expect(again.resets()).toEqual([{ type: "reset", topic: `room:${general.id}`, head }]);
});

test("[SO9] a reader that asks for more than it reads is closed with 4008", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  await say(cast, 10);
  const { head } = await lin.messages(general);
  const slow = await openRawSocket(server.url, lin.cookie);
  slow.pause();
  const resume = JSON.stringify({ type: "resume", ref: 1, topics: { [`room:${general.id}`]: head - 10 } });
  while ((await connections(ada)) === 1) slow.write(rawFrame(1, Buffer.from(resume)));
  expect(await closeCodeOf(slow)).toBe(4008);
});
