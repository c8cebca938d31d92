import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

/** A WebSocket by hand: so a test can stop reading, and send what no library would. */
export async function openRawSocket(url: string, cookie: string): Promise<Socket> {
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
export async function closeCodeOf(socket: Socket): Promise<number | null> {
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

/** One client frame with its mask, whatever its payload. `opcode` 1 is text. */
export function rawFrame(opcode: number, payload: Uint8Array): Buffer {
  const mask = randomBytes(4);
  const head = Buffer.from([0x80 | opcode, 0x80 | payload.length]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}
