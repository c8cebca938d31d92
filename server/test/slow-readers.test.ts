import { expect, test } from "bun:test";
import { startWithCast } from "./harness.ts";
import { closeCodeOf, openRawSocket } from "./raw-socket.ts";
import { WatchedRoom } from "./view.ts";

test("[SO9] a reader that does not read is closed with 4008, and the others miss nothing", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  using healthy = await ada.connect();
  const watched = await WatchedRoom.open(ada, healthy, general);
  const slow = await openRawSocket(server.url, lin.cookie);
  slow.pause();
  // More than the kernel buffers for a connection on loopback: 16 kB each.
  const content = "🐌".repeat(4000);
  for (let round = 0; round < 12; round++) {
    await Promise.all(Array.from({ length: 50 }, () => ada.send(general, content)));
  }
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  expect(await closeCodeOf(slow)).toBe(4008);

  using again = await lin.connect();
  const { head } = await lin.messages(general);
  await again.request({ type: "resume", topics: { [`room:${general.id}`]: 1 } });
  expect(again.resets()).toEqual([{ type: "reset", topic: `room:${general.id}`, head }]);
});
