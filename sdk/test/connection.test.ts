import { describe, expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import type { ServerFrame } from "@parley/protocol/frames";
import { Connection, type ConnectionStatus } from "../src/connection.ts";
import type { SocketEvents } from "../src/socket.ts";
import { ManualClock, settle } from "./harness/manual-clock.ts";

class Line {
  readonly clock = new ManualClock();
  readonly sockets: { readonly events: SocketEvents; readonly sent: string[]; closed: boolean }[] = [];
  readonly statuses: ConnectionStatus[] = [];
  readonly finals: number[] = [];
  readonly frames: ServerFrame[] = [];
  readonly connection = new Connection({
    clock: this.clock,
    open: (events) => {
      const socket = { events, sent: [] as string[], closed: false };
      this.sockets.push(socket);
      return {
        send: (text) => void socket.sent.push(text),
        close: () => {
          socket.closed = true;
        },
      };
    },
    onStatus: (status) => this.statuses.push(status),
    onWelcome: (frame) => this.frames.push(frame),
    onFrame: (frame) => this.frames.push(frame),
    onFinalClose: (code) => this.finals.push(code),
  });

  get socket() {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket");
    return socket;
  }

  get status() {
    return this.statuses.at(-1);
  }

  get retryInMs(): number | null {
    const { status } = this;
    return status?.kind === "offline" && status.retryAt !== null ? status.retryAt - this.clock.now() : null;
  }

  receive(frame: object): void {
    this.socket.events.onMessage(JSON.stringify(frame));
  }

  welcome(): void {
    this.receive({ type: "welcome", protocol: 1, user: {}, epoch: "e", heartbeatMs: 25_000 });
  }
}

function connected(): Line {
  const line = new Line();
  line.connection.start();
  line.welcome();
  return line;
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "ok",
    (error: unknown) => (error instanceof ParleyError ? error.code : String(error)),
  );

describe("requests", () => {
  test("resolve with the ack of their ref, in any order", async () => {
    const line = connected();
    const first = line.connection.request({ type: "resume", topics: {} });
    const second = line.connection.request({ type: "message.delete", room: "R", id: 1 });
    const refs = line.socket.sent.map((text) => JSON.parse(text).ref);
    line.receive({ type: "ack", ref: refs[1], gone: ["room:B"] });
    line.receive({ type: "ack", ref: refs[0], gone: ["room:A"] });
    expect((await first).gone).toEqual(["room:A"]);
    expect((await second).gone).toEqual(["room:B"]);
  });

  test("reject with the server's error, its words and its wait", async () => {
    const line = connected();
    const request = line.connection.request({ type: "message.delete", room: "R", id: 1 });
    const ref = JSON.parse(line.socket.sent[0] ?? "").ref;
    const error = { code: "rate_limited", message: "Slow down.", retryable: true, retryAfterMs: 700 };
    line.receive({ type: "ack", ref, error });
    const reason: unknown = await request.catch((caught: unknown) => caught);
    expect(reason).toBeInstanceOf(ParleyError);
    expect(reason).toMatchObject({ code: "rate_limited", message: "Slow down.", retryAfterMs: 700, retryable: true });
  });

  test("reject at once as unavailable while offline", async () => {
    expect(await codeOf(new Line().connection.request({ type: "resume", topics: {} }))).toBe("unavailable");
  });

  test("reject as unavailable when the connection is lost, retryable", async () => {
    const line = connected();
    const request = line.connection.request({ type: "resume", topics: {} });
    line.socket.events.onClose(1006, "");
    expect(await codeOf(request)).toBe("unavailable");
  });

  test("without an ack for ten seconds the connection is doubtful: it is replaced", async () => {
    const line = connected();
    const request = line.connection.request({ type: "resume", topics: {} });
    await line.clock.advance(9_999);
    expect(line.status).toEqual({ kind: "online" });
    await line.clock.advance(1);
    expect(await codeOf(request)).toBe("unavailable");
    expect(line.socket.closed).toBe(true);
    expect(line.status?.kind).toBe("offline");
  });

  test("an error code of a newer server keeps what it says about trying again", async () => {
    const line = connected();
    const request = line.connection.request({ type: "resume", topics: {} });
    line.receive({ type: "ack", ref: 1, error: { code: "too_sunny", message: "Wait.", retryable: true } });
    expect(await codeOf(request)).toBe("unavailable");
  });
});

describe("heartbeat", () => {
  test("pings every heartbeatMs; a pong keeps the connection", async () => {
    const line = connected();
    for (let beat = 1; beat <= 3; beat++) {
      await line.clock.advance(25_000);
      expect(line.socket.sent).toHaveLength(beat);
      line.receive({ type: "pong", heads: {} });
      await line.clock.advance(0);
    }
    expect(line.sockets).toHaveLength(1);
    expect(line.status).toEqual({ kind: "online" });
  });

  test("no pong within ten seconds: reconnects, and does not hear the dead socket any more", async () => {
    const line = connected();
    const dead = line.socket;
    await line.clock.advance(35_000);
    expect(dead.closed).toBe(true);
    await line.clock.advance(1_000);
    expect(line.sockets).toHaveLength(2);
    const before = line.frames.length;
    dead.events.onMessage(JSON.stringify({ type: "pong", heads: {} }));
    dead.events.onClose(1006, "");
    expect(line.frames).toHaveLength(before);
    expect(line.status?.kind).toBe("connecting");
  });

  test("a check pings at once, and only once until the pong", () => {
    const line = connected();
    line.connection.check();
    line.connection.check();
    expect(line.socket.sent).toEqual(['{"type":"ping"}']);
  });
});

test("after a sleep, the first ping waits for its pong no longer than there is reason to", async () => {
  const line = connected();
  line.clock.sleep(8 * 3_600_000);
  await line.clock.advance(0);
  expect(line.socket.sent).toEqual(['{"type":"ping"}']);
  await line.clock.advance(2_999);
  expect(line.status?.kind).toBe("online");
  await line.clock.advance(1);
  expect(line.status?.kind).toBe("offline");
});

describe("reconnecting", () => {
  test("waits at most a second after an established connection dropped, then twice as long each time, up to 10 s", async () => {
    for (const chance of [0, 0.5, 0.999]) {
      const line = connected();
      line.clock.chance = chance;
      await line.clock.advance(6_000);
      line.socket.events.onClose(1006, "");
      const waits: number[] = [];
      for (let failure = 0; failure < 8; failure++) {
        waits.push(line.retryInMs ?? -1);
        await line.clock.advance(line.retryInMs ?? 0);
        line.socket.events.onClose(1006, "");
      }
      const bounds = [1, 2, 4, 8, 10, 10, 10, 10].map((seconds) => seconds * 1000 * chance);
      expect(waits).toEqual(bounds);
    }
  });

  test("begins anew after a connection that held, but not after one that was dropped at once", async () => {
    const line = new Line();
    line.clock.chance = 1;
    line.connection.start();
    for (let failure = 0; failure < 3; failure++) {
      line.socket.events.onClose(1006, "");
      await line.clock.advance(line.retryInMs ?? 0);
    }
    line.welcome();
    line.socket.events.onClose(1006, "");
    expect(line.retryInMs).toBe(8000);
    await line.clock.advance(16_000);
    line.welcome();
    await line.clock.advance(5_000);
    line.socket.events.onClose(1006, "");
    expect(line.retryInMs).toBe(1_000);
  });

  test.each([1012, 1013])("a close %d comes back when the server says", async (code) => {
    const line = connected();
    line.socket.events.onClose(code, JSON.stringify({ retryInMs: 4321 }));
    expect(line.retryInMs).toBe(4321);
    await line.clock.advance(4321);
    expect(line.sockets).toHaveLength(2);
  });

  test.each(["", "{}", "soon", '{"retryInMs":"never"}', '{"retryInMs":-5}', "null"])(
    "a reason that names no time, %p, is an ordinary loss",
    (reason) => {
      const line = connected();
      line.socket.events.onClose(1012, reason);
      expect(line.retryInMs).toBe(500);
    },
  );

  test("gives up a socket that brings no welcome within ten seconds", async () => {
    const line = new Line();
    line.connection.start();
    await line.clock.advance(10_000);
    expect(line.socket.closed).toBe(true);
    expect(line.retryInMs).not.toBeNull();
  });

  test("gives up a socket that talks nonsense, and ignores frames of a newer server", () => {
    const line = connected();
    line.receive({ type: "fireworks" });
    expect(line.status).toEqual({ kind: "online" });
    line.socket.events.onMessage("<html>");
    expect(line.socket.closed).toBe(true);
    expect(line.status?.kind).toBe("offline");
  });

  test.each([4001, 4003, 4009])("a final close %d is final", async (code) => {
    const line = connected();
    line.socket.events.onClose(code, "");
    expect(line.finals).toEqual([code]);
    expect(line.status).toEqual({ kind: "offline", retryAt: null });
    line.connection.check();
    await line.clock.advance(600_000);
    expect(line.sockets).toHaveLength(1);
    line.connection.retryNow();
    expect(line.sockets).toHaveLength(2);
  });

  test("retryNow and check do not wait, and open one socket only", async () => {
    const line = connected();
    line.socket.events.onClose(1006, "");
    line.connection.check();
    line.connection.retryNow();
    await line.clock.advance(5_000);
    expect(line.sockets).toHaveLength(2);
  });

  test("stop ends it for good", async () => {
    const line = connected();
    const request = codeOf(line.connection.request({ type: "resume", topics: {} }));
    line.connection.stop();
    expect(await request).toBe("unavailable");
    expect(line.socket.closed).toBe(true);
    await line.clock.advance(600_000);
    await settle();
    expect(line.sockets).toHaveLength(1);
  });
});
