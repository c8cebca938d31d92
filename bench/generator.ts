import { readFileSync } from "node:fs";
import type { Socket } from "bun";

/**
 * The load generator: HTTP/1.1 and WebSockets on bare TCP, with no more work for each byte than counting needs. Its
 * requests never overlap on a connection; what is in flight is on as many connections.
 */

/** One connection that stays open, for one request after the other. */
export class HttpConnection {
  #socket: Socket<undefined> | null = null;
  #answered: ((answer: HttpAnswer) => void) | null = null;
  #failed: ((error: Error) => void) | null = null;
  #pending: Buffer | null = null;
  #unsent: Buffer | null = null;

  static async open(url: string): Promise<HttpConnection> {
    const connection = new HttpConnection();
    const { hostname, port } = new URL(url);
    connection.#socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data: (_, chunk) => connection.#onData(chunk),
        drain: () => connection.#onDrain(),
        close: () => connection.#onClose(),
      },
    });
    connection.#socket.setNoDelay(true);
    return connection;
  }

  /** Rejects when the connection ends before the whole answer is there. */
  request(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#unsent = write(this.#socket, request);
    });
  }

  close(): void {
    this.#socket?.end();
  }

  #onData(chunk: Buffer): void {
    const bytes = this.#pending ? Buffer.concat([this.#pending, chunk]) : chunk;
    const headEnd = bytes.indexOf("\r\n\r\n");
    const length = headEnd < 0 ? 0 : contentLength(bytes, headEnd);
    if (headEnd < 0 || bytes.length < headEnd + 4 + length) {
      this.#pending = Buffer.from(bytes);
      return;
    }
    this.#pending = null;
    const status = digits(bytes, "HTTP/1.1 ".length);
    this.#answered?.({ status, body: bytes.subarray(headEnd + 4, headEnd + 4 + length) });
  }

  #onDrain(): void {
    if (this.#unsent) this.#unsent = write(this.#socket, this.#unsent);
  }

  #onClose(): void {
    this.#failed?.(new Error("the server has closed a connection"));
  }
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** The bytes of a request. Without a cookie nobody asks. */
export function toRequest(method: string, url: string, cookie: string, body = ""): Buffer {
  const { host, pathname, search } = new URL(url);
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`];
  if (cookie !== "") lines.push(`cookie: ${cookie}`);
  if (body !== "") lines.push("content-type: application/json", `content-length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

interface Listener {
  /** A whole text frame. Its bytes hold until this returns. */
  readonly onText?: (text: Buffer, socket: RawSocket) => void;
  /** What has just arrived, if it is nothing but whole text frames: true when that settles it, and none is looked at. */
  readonly onChunk?: (chunk: Buffer) => boolean;
  readonly onClose?: (code: number, reason: string) => void;
}

/** One WebSocket. Pings are answered. */
export class RawSocket {
  #socket: Socket<undefined> | null = null;
  readonly #listener: Listener;
  readonly #upgrade = Promise.withResolvers<void>();
  #phase: "upgrading" | "open" | "closed" = "upgrading";
  #pending: Buffer | null = null;
  #unsent: Buffer | null = null;
  #closing = { code: 1006, reason: "" };

  private constructor(listener: Listener) {
    this.#listener = listener;
    // Nobody waits for it where the server cannot even be reached.
    this.#upgrade.promise.catch(() => {});
  }

  /** Rejects when the server cannot be reached, or refuses. */
  static async open(url: string, cookie: string, listener: Listener = {}): Promise<RawSocket> {
    const made = new RawSocket(listener);
    const { hostname, port, host, pathname } = new URL(url);
    made.#socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data: (_, chunk) => made.#onData(chunk),
        drain: () => made.#onDrain(),
        close: () => made.#onClose(),
      },
    });
    made.#socket.setNoDelay(true);
    const head = `GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n`;
    const key = "sec-websocket-version: 13\r\nsec-websocket-key: cGFybGV5IG1lYXN1cmVzIQ==\r\n";
    made.#socket.write(`${head}${key}${cookie === "" ? "" : `cookie: ${cookie}\r\n`}\r\n`);
    await made.#upgrade.promise;
    return made;
  }

  send(text: string): void {
    this.#write(toFrame(0x1, Buffer.from(text)));
  }

  close(): void {
    this.#socket?.end();
  }

  #write(bytes: Buffer): void {
    this.#unsent = this.#unsent ? Buffer.concat([this.#unsent, bytes]) : write(this.#socket, bytes);
  }

  #onData(chunk: Buffer): void {
    let bytes = this.#pending ? Buffer.concat([this.#pending, chunk]) : chunk;
    if (this.#phase === "upgrading") {
      const headEnd = bytes.indexOf("\r\n\r\n");
      if (headEnd < 0) {
        this.#pending = Buffer.from(bytes);
        return;
      }
      const status = digits(bytes, "HTTP/1.1 ".length);
      if (status !== 101) {
        this.#phase = "closed";
        this.#upgrade.reject(new Error(`the socket was refused: ${bytes.toString("utf8", 0, 300)}`));
        this.#socket?.end();
        return;
      }
      this.#phase = "open";
      this.#upgrade.resolve();
      bytes = bytes.subarray(headEnd + 4);
    } else if (!this.#pending && this.#listener.onChunk?.(chunk)) {
      return;
    }
    const end = eachFrame(bytes, (opcode, payload) => this.#onFrame(opcode, payload));
    this.#pending = end < bytes.length ? Buffer.from(bytes.subarray(end)) : null;
  }

  #onFrame(opcode: number, payload: Buffer): void {
    if (opcode === 0x1) this.#listener.onText?.(payload, this);
    else if (opcode === 0x9) this.#write(toFrame(0xa, payload));
    else if (opcode === 0x8) {
      this.#closing = {
        code: payload.length < 2 ? 1005 : payload.readUInt16BE(0),
        reason: payload.toString("utf8", 2),
      };
      this.#socket?.end();
    } else throw new Error(`a frame of kind ${opcode} came`);
  }

  #onDrain(): void {
    if (this.#unsent) this.#unsent = write(this.#socket, this.#unsent);
  }

  #onClose(): void {
    if (this.#phase === "upgrading") this.#upgrade.reject(new Error("the server has closed a connection"));
    else if (this.#phase === "open") this.#listener.onClose?.(this.#closing.code, this.#closing.reason);
    this.#phase = "closed";
  }
}

/** Calls `onFrame` with each whole frame. Answers where the first one begins that is not whole. */
export function eachFrame(bytes: Buffer, onFrame: (opcode: number, payload: Buffer) => void): number {
  let at = 0;
  while (at + 2 <= bytes.length) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > bytes.length) break;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
    if (at + head + length > bytes.length) break;
    onFrame((bytes[at] ?? 0) & 0x0f, bytes.subarray(at + head, at + head + length));
    at += head + length;
  }
  return at;
}

/** Masked, as a client's frames must be; by zeros, which costs neither side anything and hides nothing. */
function toFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length >= 2 ** 16) throw new Error("a frame is too long");
  const head = length < 126 ? 6 : 8;
  const frame = Buffer.alloc(head + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | Math.min(length, 126);
  if (length >= 126) frame.writeUInt16BE(length, 2);
  payload.copy(frame, head);
  return frame;
}

/** Answers what the socket would not take yet. */
function write(socket: Socket<undefined> | null, bytes: Buffer): Buffer | null {
  const written = socket?.write(bytes) ?? 0;
  return written < bytes.length ? bytes.subarray(Math.max(0, written)) : null;
}

function contentLength(bytes: Buffer, headEnd: number): number {
  const head = bytes.toString("latin1", 0, headEnd);
  const found = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (found === undefined) throw new Error(`an answer has no length: ${head}`);
  return Number(found);
}

/** The number that begins there. */
export function digits(bytes: Buffer, at: number): number {
  let number = 0;
  for (let digit = (bytes[at] ?? 0) - 48; digit >= 0 && digit <= 9; digit = (bytes[++at] ?? 0) - 48) {
    number = number * 10 + digit;
  }
  return number;
}

/** How much of a processor this process takes: above nine tenths it, and not the server, is what was measured. */
export class Effort {
  readonly #cpu = process.cpuUsage();
  readonly #startedAt = performance.now();

  /** From 0 to 1 since this was made. */
  share(): number {
    const { user, system } = process.cpuUsage(this.#cpu);
    return (user + system) / 1000 / (performance.now() - this.#startedAt);
  }
}

/** For a table: the generator's share, and whether it was the limit. */
export function toShare(share: number): string {
  return `${Math.round(share * 100)} %${share > 0.9 ? " (the limit)" : ""}`;
}

/** Throws when this process, or one that it starts, may not hold so many sockets. Linux only. */
export function requireFiles(sockets: number): void {
  const needed = sockets + 200;
  const row = /Max open files\s+(\d+|unlimited)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  if (row !== undefined && row !== "unlimited" && Number(row) < needed) {
    throw new Error(`This needs ${needed} open files and the limit is ${row}: raise it first, by ulimit -n ${needed}.`);
  }
}
