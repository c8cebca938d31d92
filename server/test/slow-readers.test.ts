import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { startWithCast } from "./harness.ts";
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

/** A WebSocket by hand: only so can a test stop reading. */
async function openRawSocket(url: string, cookie: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET /api/socket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nCookie: ${cookie}\r\n\r\n`,
  );
  await new Promise<void>((resolve) => {
    const onData = (chunk: Buffer) => {
      if (!chunk.includes("welcome")) return;
      socket.off("data", onData);
      resolve();
    };
    socket.on("data", onData);
  });
  return socket;
}

/** Reads on until a close frame ends the stream, and answers its code; null when there is none. */
async function closeCodeOf(socket: Socket): Promise<number | null> {
  let tail = Buffer.alloc(0);
  const found = new Promise<number | null>((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      tail = Buffer.concat([tail, chunk]).subarray(-140);
      const at = tail.lastIndexOf(0x88);
      const length = at < 0 ? 0 : (tail[at + 1] ?? 0);
      if (length >= 2 && at + 2 + length === tail.length) resolve(tail.readUInt16BE(at + 2));
    });
    socket.once("close", () => resolve(null));
  });
  socket.resume();
  const code = await found;
  socket.destroy();
  return code;
}
