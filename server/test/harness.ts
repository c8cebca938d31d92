import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ErrorCode, Problem } from "@parley/protocol/errors";
import type { DeltaFrame, ResetFrame, ServerFrame, WelcomeFrame } from "@parley/protocol/frames";
import type { Attachment, Message, Room, Seq, User } from "@parley/protocol/model";
import type { Clock } from "../src/app.ts";
import type { Config } from "../src/config.ts";
import { type Parley, startParley } from "../src/parley.ts";
import { openSqlite } from "../src/platform/sqlite.ts";
import { testCluster } from "../src/store/postgres/test-cluster.ts";
import { freePort } from "./free-port.ts";

/**
 * The whole-server harness: a real server on a free port with a real database in a folder of its own, real HTTP and real
 * sockets. Everything a test started ends with `await using`.
 */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly clock: TestClock;
  /** Signs up a person; the first one owns the workspace. */
  signUp(username: string, more?: Readonly<Record<string, unknown>>): Promise<Person>;
  /** Nobody in particular: requests without a session. */
  readonly stranger: Person;
  /** Stops the server and starts it again on the same folder and port, with other settings if any are given. */
  restart(changes?: TestConfig): Promise<void>;
  stop(): Promise<void>;
  /** Runs a statement on the database of the stopped server, as its operator could. */
  execute(sql: string): Promise<void>;
}

export interface TestClock extends Clock {
  advance(ms: number): void;
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

/** A person with a session, and the HTTP and socket access that it gives. */
export class Person {
  readonly user: User;
  readonly cookie: string;
  readonly #url: string;

  constructor(url: string, user: User, cookie: string) {
    this.#url = url;
    this.user = user;
    this.cookie = cookie;
  }

  get token(): string {
    return this.cookie.split("=")[1] ?? "";
  }

  async request<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<T>> {
    const raw = typeof body === "string" || body instanceof Uint8Array;
    const response = await fetch(`${this.#url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(this.cookie !== "" && { cookie: this.cookie }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T, headers: response.headers };
  }

  /** The body of a request that must succeed. */
  async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.request<T>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** The code of a request that must be refused. */
  async refusal(method: string, path: string, body?: unknown): Promise<ErrorCode> {
    const answer = await this.request<Problem>(method, path, body);
    if (answer.status < 400) throw new Error(`${method} ${path} was not refused: ${answer.status}`);
    return answer.body.code;
  }

  createRoom(name: string, kind: "public" | "private" = "public"): Promise<Room> {
    return this.ok("POST", "/api/rooms", { name, kind });
  }

  send(room: Room, content: string, clientMessageId?: string): Promise<Message> {
    return this.ok("POST", `/api/rooms/${room.id}/messages`, { content, clientMessageId });
  }

  /** Uploads bytes for a message of `room`. */
  upload(room: Room, name: string, bytes: Uint8Array | string): Promise<Attachment> {
    const body = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    return this.ok("POST", `/api/rooms/${room.id}/uploads?name=${encodeURIComponent(name)}`, body);
  }

  /** What a path of files answers, byte by byte. */
  async download(path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") {
    const answer = await fetch(`${this.#url}${path}`, { method, headers: { cookie: this.cookie, ...headers } });
    return { status: answer.status, headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) };
  }

  messages(room: Room, query = ""): Promise<{ messages: Message[]; head: Seq; epoch: string }> {
    return this.ok("GET", `/api/rooms/${room.id}/messages${query}`);
  }

  /** Brings someone into a private room, by an invite of one use. */
  async bring(other: Person, room: Room): Promise<void> {
    const { code } = await this.ok<{ code: string }>("POST", `/api/rooms/${room.id}/invites`, { maxUses: 1 });
    await other.ok("POST", `/api/invites/${code}/redemptions`);
  }

  /** Opens a socket and waits for its welcome. */
  async connect(): Promise<TestSocket> {
    const socket = this.openSocket();
    await socket.welcome();
    return socket;
  }

  openSocket(headers: Readonly<Record<string, string>> = {}): TestSocket {
    const url = `${this.#url.replace("http", "ws")}/api/socket`;
    return new TestSocket(new WebSocket(url, { headers: { cookie: this.cookie, ...headers } } as never));
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type Ack = Extract<ServerFrame, { readonly type: "ack" }>;

/** One real socket: keeps every frame, and lets a test wait for the one it means. */
export class TestSocket implements Disposable {
  readonly frames: ServerFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();
  #ref = 0;
  #isClosed = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.frames.push(JSON.parse(String(data)) as ServerFrame);
      for (const check of [...this.#waiting]) check();
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => {
        this.#isClosed = true;
        for (const check of [...this.#waiting]) check();
        resolve({ code, reason });
      });
    });
  }

  /** The first frame, past or coming, that fits. Rejects when the socket closes without it. */
  find<T extends ServerFrame>(fits: (frame: ServerFrame) => frame is T, from?: number): Promise<T>;
  find(fits: (frame: ServerFrame) => boolean, from?: number): Promise<ServerFrame>;
  find(fits: (frame: ServerFrame) => boolean, from = 0): Promise<ServerFrame> {
    return new Promise((resolve, reject) => {
      let next = from;
      const check = () => {
        for (; next < this.frames.length; next++) {
          const frame = this.frames[next];
          if (frame && fits(frame)) {
            this.#waiting.delete(check);
            return resolve(frame);
          }
        }
        if (this.#isClosed) reject(new Error("the socket closed"));
      };
      this.#waiting.add(check);
      check();
    });
  }

  welcome(): Promise<WelcomeFrame> {
    return this.find((frame): frame is WelcomeFrame => frame.type === "welcome");
  }

  write(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  async opened(): Promise<void> {
    if (this.#socket.readyState === WebSocket.OPEN) return;
    await new Promise((resolve) => this.#socket.addEventListener("open", resolve, { once: true }));
  }

  /** Sends a command and waits for its ack. */
  request(command: Readonly<Record<string, unknown>>): Promise<Ack> {
    const ref = ++this.#ref;
    this.write(JSON.stringify({ ref, ...command }));
    return this.find((frame): frame is Ack => frame.type === "ack" && frame.ref === ref);
  }

  async send(room: Room, content: string, clientMessageId?: string): Promise<Message> {
    const ack = await this.request({ type: "message.send", room: room.id, content, clientMessageId });
    if (ack.error || !ack.message) throw new Error(JSON.stringify(ack));
    return ack.message;
  }

  async heads(): Promise<Readonly<Record<string, Seq>>> {
    const from = this.frames.length;
    this.write(JSON.stringify({ type: "ping" }));
    const pong = await this.find((frame) => frame.type === "pong", from);
    return pong.type === "pong" ? pong.heads : {};
  }

  /** Waits until everything published so far has arrived: a pong comes after it. */
  async settle(): Promise<void> {
    await this.heads();
  }

  deltas(topic: string): readonly DeltaFrame[] {
    return this.frames.filter((frame): frame is DeltaFrame => frame.type === "delta" && frame.topic === topic);
  }

  resets(): readonly ResetFrame[] {
    return this.frames.filter((frame) => frame.type === "reset");
  }

  close(): void {
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

export type TestConfig = DistributiveOmit<Partial<Config>, "dataFolder">;

/** The engine that `npm test` asks for in its second pass. */
const onPostgres = process.env.PARLEY_TEST_STORE === "postgres";

/** Starts a server. Rate limits are off unless a test is about them. */
export async function startServer(config: TestConfig = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "parley-test-"));
  const database = onPostgres && !config.databaseUrl ? await (await testCluster()).createDatabase() : null;
  const clock = createTestClock();
  const start = (port: number, changes: TestConfig = {}): Promise<Parley> =>
    startParley(
      {
        port,
        hostname: "localhost",
        dataFolder: folder,
        networkDisk: false,
        databaseUrl: database?.url ?? null,
        redisUrl: null,
        publicUrl: null,
        signUp: "open",
        limits: false,
        connectsPerSecond: 1500,
        trustedProxies: [],
        fileStore: { kind: "folder" },
        files: { fileBytes: 100 * 2 ** 20, userBytes: 2 ** 32, workspaceBytes: 2 ** 32 },
        pushHosts: new Set(),
        backup: null,
        mail: null,
        ...config,
        ...changes,
      },
      { clock, log: silentLog, onFatal: (error) => Promise.reject(error) },
    );
  const port = await freePort();
  let parley: Parley | null = await start(port);
  const url = `http://localhost:${port}`;
  const stop = async () => {
    const running = parley;
    parley = null;
    await running?.stop();
  };
  const stranger = new Person(url, {} as User, "");
  return {
    url,
    folder,
    clock,
    stranger,
    async signUp(username, more = {}) {
      const answer = await stranger.request<User>("POST", "/api/auth/sign-up", {
        username,
        password: `a good password of ${username}`,
        ...more,
      });
      if (answer.status !== 201) throw new Error(`sign-up: ${answer.status} ${JSON.stringify(answer.body)}`);
      return new Person(url, answer.body, cookieOf(answer.headers));
    },
    async restart(changes) {
      await stop();
      parley = await start(port, changes);
    },
    stop,
    async execute(sql) {
      if (database) return database.execute(sql);
      const sqlite = openSqlite(join(folder, "parley.db"), "read-write");
      try {
        sqlite.exec(sql);
      } finally {
        sqlite.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await database?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function cookieOf(headers: Headers): string {
  return (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

/** The cast of every test: Ada owns the workspace, Lin and Sam are members, Noor is in none of the private rooms. */
export async function startWithCast(config: TestConfig = {}) {
  const server = await startServer(config);
  const ada = await server.signUp("ada", { displayName: "Ada Lindqvist" });
  const [lin, sam, noor] = await Promise.all([server.signUp("lin"), server.signUp("sam"), server.signUp("noor")]);
  const { rooms } = await ada.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  const general = rooms.find((room) => room.slug === "general");
  if (!general) throw new Error("there is no general");
  const committee = await ada.createRoom("Committee", "private");
  await ada.bring(lin, committee);
  return {
    server,
    ada,
    lin,
    sam,
    noor,
    general,
    committee,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function createTestClock(): TestClock {
  let skew = 0;
  return {
    now: () => Date.now() + skew,
    advance(ms) {
      skew += ms;
    },
  };
}

const silentLog = { info() {}, warn() {}, error() {} };
