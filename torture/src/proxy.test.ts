import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FaultProxy, startProxy } from "./proxy.ts";

/** A server that says back what it hears, and says goodbye to who says it. */
async function startEcho(): Promise<{ readonly port: number; readonly heard: () => number } & AsyncDisposable> {
  let heard = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => {
      heard += bytes.length;
      socket.write(bytes);
    });
    socket.on("end", () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    heard: () => heard,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One end of a connection: what it has got, and how it ended. */
class Peer {
  readonly socket: Socket;
  readonly ended: Promise<"goodbye" | "reset">;
  text = "";
  #changed = Promise.withResolvers<void>();

  constructor(to: number | string) {
    const options = typeof to === "string" ? { path: to } : { port: to, host: "127.0.0.1" };
    this.socket = createConnection({ ...options, allowHalfOpen: true });
    this.socket.on("data", (bytes: Buffer) => {
      this.text += bytes.toString();
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
    this.ended = new Promise((resolve) => {
      this.socket.on("end", () => resolve("goodbye"));
      this.socket.on("error", () => resolve("reset"));
      this.socket.on("close", () => resolve("reset"));
    });
  }

  async until(text: string): Promise<void> {
    while (this.text !== text) await this.#changed.promise;
  }
}

/** A peer whose connection stands all the way through. */
async function meet(proxy: FaultProxy): Promise<Peer> {
  const peer = new Peer(proxy.port);
  peer.socket.write("hello ");
  await peer.until("hello ");
  return peer;
}

async function stage() {
  const echo = await startEcho();
  const proxy = await startProxy(0, echo.port, () => 0.5);
  return {
    echo,
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await echo[Symbol.asyncDispose]();
    },
  };
}

test("in fair weather bytes pass both ways, and goodbyes too", async () => {
  await using s = await stage();
  const peer = await meet(s.proxy);
  const long = "x".repeat(1_000_000);
  peer.socket.write(long);
  await peer.until(`hello ${long}`);
  peer.socket.end();
  expect(await peer.ended).toBe("goodbye");
});

test("it stands before socket files as well, and leaves none behind", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-proxy-"));
  await using echo = await startEcho();
  const [inner, outer] = [join(folder, "inner"), join(folder, "outer")];
  await using _far = await startProxy(inner, echo.port);
  const proxy = await startProxy(outer, inner);
  const peer = new Peer(outer);
  peer.socket.write("hello");
  await peer.until("hello");
  await proxy[Symbol.asyncDispose]();
  await peer.ended;
  expect(existsSync(outer)).toBe(false);
  await rm(folder, { recursive: true, force: true });
});

test("what is paused arrives when the pause is over", async () => {
  await using s = await stage();
  const peer = await meet(s.proxy);
  const other = await meet(s.proxy);
  s.proxy.setWeather({ kind: "pause", direction: "up" });
  peer.socket.write("later");
  // Another one's goodbye says that time has passed: what comes from the server is not paused.
  s.proxy.halfClose("down");
  expect(await other.ended).toBe("goodbye");
  expect(s.echo.heard()).toBe("hello ".length * 2);
  s.proxy.setWeather({ kind: "fair" });
  while (s.echo.heard() < "hello hello later".length) await new Promise(setImmediate);
});

test("what goes into a black hole is lost, and its connection is reset once that is over", async () => {
  await using s = await stage();
  const peer = await meet(s.proxy);
  s.proxy.setWeather({ kind: "blackhole", direction: "down" });
  peer.socket.write("lost");
  while (s.echo.heard() < "hello lost".length) await new Promise(setImmediate);
  expect(peer.text).toBe("hello ");
  const fresh = new Peer(s.proxy.port);
  fresh.socket.write("lost");
  while (s.echo.heard() < "hello lostlost".length) await new Promise(setImmediate);
  s.proxy.setWeather({ kind: "fair" });
  expect(await peer.ended).toBe("reset");
  expect(peer.text + fresh.text).toBe("hello ");
});

test("a delay keeps the order, whatever the jitter", async () => {
  await using echo = await startEcho();
  const jitter = [1, 0];
  await using proxy = await startProxy(0, echo.port, () => jitter.shift() ?? 0);
  const peer = await meet(proxy);
  proxy.setWeather({ kind: "delay", ms: 10, jitterMs: 40, direction: "up" });
  const started = performance.now();
  peer.socket.write("first ");
  await new Promise(setImmediate);
  peer.socket.write("second");
  await peer.until("hello first second");
  expect(performance.now() - started).toBeGreaterThan(9);
});

test("a throttle lets so many bytes through in a second", async () => {
  await using s = await stage();
  const peer = await meet(s.proxy);
  s.proxy.setWeather({ kind: "throttle", bytesPerSecond: 1000, direction: "up" });
  const started = performance.now();
  peer.socket.write("x".repeat(200));
  await peer.until(`hello ${"x".repeat(200)}`);
  expect(performance.now() - started).toBeGreaterThan(140);
});

test("a reset ends what is open, and new connections are welcome", async () => {
  await using s = await stage();
  const peer = await meet(s.proxy);
  s.proxy.reset();
  expect(await peer.ended).toBe("reset");
  await meet(s.proxy);
});

test("half a goodbye leaves the other direction open", async () => {
  await using s = await stage();
  const peer = await meet(s.proxy);
  s.proxy.halfClose("down");
  expect(await peer.ended).toBe("goodbye");
  peer.socket.write("still");
  while (s.echo.heard() < "hello still".length) await new Promise(setImmediate);
});

test("what is cut stays away until it is mended", async () => {
  await using s = await stage();
  const peer = await meet(s.proxy);
  s.proxy.cut();
  expect(await peer.ended).toBe("reset");
  expect(await new Peer(s.proxy.port).ended).toBe("reset");
  expect(s.proxy.connections).toBe(0);
  s.proxy.mend();
  await meet(s.proxy);
});

test("a connection is cut after so many bytes: what is asked arrives, the answer does not", async () => {
  await using s = await stage();
  const peer = await meet(s.proxy);
  s.proxy.cutAfter(4, "down");
  peer.socket.write("question");
  expect(await peer.ended).toBe("reset");
  expect(s.echo.heard()).toBe("hello question".length);
  expect("hello ques".startsWith(peer.text)).toBe(true);
});

test("a connection is reset in the moment in which a message comes", async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("not a socket")),
    websocket: {
      open(socket) {
        socket.send("one");
      },
      message(socket) {
        for (const text of ["two", "three"]) socket.send(text);
      },
    },
  });
  await using proxy = await startProxy(0, server.port ?? 0);
  proxy.lose((text) => text === "two" && "reset");
  const got: string[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}`);
  socket.onmessage = ({ data }) => {
    got.push(String(data));
    socket.send("more");
  };
  const code = await new Promise((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  expect([got, code]).toEqual([["one"], 1006]);
  await server.stop(true);
});

test("whole messages of a socket are lost, and nothing else of it", async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("not a socket")),
    websocket: {
      open(socket) {
        for (const text of ["one", `two${"x".repeat(300)}`, "three", `four${"x".repeat(70_000)}`]) socket.send(text);
        socket.close(4000, "that is all");
      },
      message() {},
    },
  });
  await using proxy = await startProxy(0, server.port ?? 0);
  proxy.lose((text) => text.startsWith("two") || text.startsWith("three"));
  const got: string[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}`);
  socket.onmessage = ({ data }) => got.push(String(data).slice(0, 4));
  const code = await new Promise((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  expect([got, code]).toEqual([["one", "four"], 4000]);
  expect(await (await fetch(`http://127.0.0.1:${proxy.port}`)).text()).toBe("not a socket");
  await server.stop(true);
});
