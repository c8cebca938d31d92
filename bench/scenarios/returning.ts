import { closeCodes } from "@parley/protocol/errors";
import type { ServerFrame } from "@parley/protocol/frames";
import type { Room } from "@parley/protocol/model";
import { Effort, HttpConnection, RawSocket, requireFiles, toRequest, toShare } from "../generator.ts";
import { Report, sized, thousands } from "../report.ts";
import { addCrowd, addMessages, type Member } from "../seed.ts";
import { Person, quantile, Server } from "../server.ts";

const count = sized(10_000, 200);
const smallRooms = sized(100, 10);
const missed = { everyone: 20, smallRoom: 5 };
const patienceMs = 120_000;
const probeEveryMs = 20;
const rounds = sized(3, 1);

/**
 * How the server goes, and how its clients come back. Told: it is stopped, and tells each when to return. Killed: they find
 * the connection dead, and wait as the client does. Herd: killed as well, and all come in the moment when it is back.
 */
const ways = ["told", "killed", "herd"] as const;
type Way = (typeof ways)[number];

requireFiles(count + 10);
const report = new Report(
  "returning",
  `${thousands(count)} clients come back after a restart, each someone else, in a room of all and in one of ${smallRooms}, ` +
    `with ${missed.everyone} and ${missed.smallRoom} messages missed there. The clock starts when the server is ready, and ` +
    `stops when the last has every message. Meanwhile somebody posts over HTTP every ${probeEveryMs} ms, and \`/healthz\` is ` +
    "asked as often: what it takes is how long the event loop was busy with something else.",
);
await using server = await Server.start();
const ada = await Person.signUp(server.url, "ada");
const everyone = await ada.createRoom("Everyone");
const aside = await ada.createRoom("Aside");
const others: Room[] = [];
for (let number = 0; number < smallRooms; number++) others.push(await ada.createRoom(`Room ${number}`));
let crowd: readonly Member[] = [];
await server.restart(() => {
  crowd = addCrowd(server.database, count, (number) => [
    everyone,
    ...others.slice(number % smallRooms, (number % smallRooms) + 1),
  ]);
});
let back = 0;
let failures = 0;
let allBack = Promise.withResolvers<void>();
let herd: Promise<void> | null = null;

/** A client as the library is one: it knows how far it has got, comes back by itself, and resumes. */
class Client {
  readonly #cookie: string;
  #epoch = "";
  #positions: Record<string, number> = {};
  #failures = 0;
  #got = 0;

  constructor({ cookie }: Member) {
    this.#cookie = cookie;
  }

  async connect(): Promise<void> {
    try {
      await RawSocket.open(`${server.url}/api/socket`, this.#cookie, {
        onText: (text, socket) => this.#onFrame(JSON.parse(text.toString()) as ServerFrame, socket),
        onClose: (code, reason) => this.#onClose(code, reason),
      });
    } catch {
      failures++;
      this.#retry();
    }
  }

  #onFrame(frame: ServerFrame, socket: RawSocket): void {
    switch (frame.type) {
      case "welcome":
        if (this.#epoch === "") socket.send(JSON.stringify({ type: "ping" }));
        else socket.send(JSON.stringify({ type: "resume", ref: 1, epoch: this.#epoch, topics: this.#positions }));
        this.#epoch = frame.epoch;
        this.#got = 0;
        break;
      case "pong":
        this.#positions = { ...frame.heads };
        this.#settle();
        break;
      case "delta": {
        const { topic, from, to, messages = [] } = frame;
        if (this.#positions[topic] !== from) throw new Error(`${topic} was at ${this.#positions[topic]}, not ${from}`);
        this.#positions[topic] = to;
        this.#got += messages.length;
        break;
      }
      case "ack": {
        const expected = missed.everyone + missed.smallRoom;
        if (frame.error || this.#got !== expected)
          throw new Error(`${this.#got} of ${expected}: ${JSON.stringify(frame)}`);
        this.#settle();
        break;
      }
      case "reset":
        throw new Error(`${frame.topic} was reset`);
    }
  }

  #settle(): void {
    this.#failures = 0;
    if (++back === count) allBack.resolve();
  }

  #onClose(code: number, reason: string): void {
    if (code === closeCodes.restarting) {
      const { retryInMs } = JSON.parse(reason) as { retryInMs: number };
      setTimeout(() => this.connect(), retryInMs);
    } else this.#retry();
  }

  #retry(): void {
    const waitMs = Math.random() * Math.min(10_000, 500 * 2 ** ++this.#failures);
    if (herd && this.#failures === 1) void herd.then(() => this.connect());
    else setTimeout(() => this.connect(), waitMs);
  }
}

/** Asks the same again and again, and times it from when it was due: a long wait counts for all that it delays. */
class Probe {
  readonly #times: number[] = [];
  readonly #connection: HttpConnection;
  readonly #ended: Promise<void>;
  #isStopped = false;

  private constructor(connection: HttpConnection, request: (number: number) => Buffer) {
    this.#connection = connection;
    this.#ended = this.#run(request);
  }

  static async start(request: (number: number) => Buffer): Promise<Probe> {
    return new Probe(await HttpConnection.open(server.url), request);
  }

  /** Answers the times, in milliseconds. */
  async stop(): Promise<readonly number[]> {
    this.#isStopped = true;
    await this.#ended;
    this.#connection.close();
    return this.#times;
  }

  async #run(request: (number: number) => Buffer): Promise<void> {
    for (let due = performance.now(), number = 0; !this.#isStopped; due += probeEveryMs, number++) {
      await Bun.sleep(Math.max(0, due - performance.now()));
      const now = performance.now();
      const { status, body } = await this.#connection.request(request(number));
      if (status !== 200 && status !== 201) throw new Error(`${status} ${body}`);
      // A timer that is some milliseconds late is not the server's doing.
      this.#times.push(performance.now() - (now - due < probeEveryMs ? now : due));
    }
  }
}

const clients = crowd.map((member) => new Client(member));
for (let at = 0; at < count; at += 100) {
  await Promise.all(clients.slice(at, at + 100).map((client) => client.connect()));
}
await everyoneBack();

for (const way of ways) {
  const rows: string[][] = [];
  for (let round = 0; round < rounds; round++) rows.push([String(round + 1), ...(await comeBack(way))]);
  report.line(
    {
      told: "Stopped, and told when to return:",
      killed: "Killed, and back as the client waits:",
      herd: "Killed, and all back in one moment:",
    }[way],
  );
  report.line();
  report.table(
    [
      "round",
      "all caught up",
      "tries that failed",
      "loop p50",
      "p99",
      "longest",
      "post p99",
      "memory",
      "at most",
      "generator",
    ],
    rows,
  );
}
report.line("Every client got every message that it had missed, once and in order.");
report.save();
process.exit(0);

/** Answers a row of the table. */
async function comeBack(way: Way): Promise<string[]> {
  await server.rest();
  const steady = server.memoryMb();
  back = 0;
  failures = 0;
  allBack = Promise.withResolvers();
  const ready = Promise.withResolvers<void>();
  herd = way === "herd" ? ready.promise : null;
  await server.restart(
    () => {
      addMessages(server.database, everyone, ada.user.id, missed.everyone);
      for (const room of others) addMessages(server.database, room, ada.user.id, missed.smallRoom);
    },
    way === "told" ? "SIGTERM" : "SIGKILL",
  );
  const startedAt = performance.now();
  const effort = new Effort();
  const health = await Probe.start(() => toRequest("GET", `${server.url}/healthz`, ""));
  const postUrl = `${server.url}/api/rooms/${aside.id}/messages`;
  const post = await Probe.start((number) =>
    toRequest("POST", postUrl, ada.cookie, JSON.stringify({ content: `post ${number}` })),
  );
  ready.resolve();
  let most = 0;
  const weighing = setInterval(() => {
    most = Math.max(most, server.memoryMb());
  }, 100);
  await everyoneBack();
  const seconds = (performance.now() - startedAt) / 1000;
  const share = effort.share();
  clearInterval(weighing);
  const [loop, posts] = [await health.stop(), await post.stop()];
  const toMs = (times: readonly number[], part: number) => `${quantile(times, part).toFixed(1)} ms`;
  return [
    `${seconds.toFixed(1)} s`,
    thousands(failures),
    toMs(loop, 0.5),
    toMs(loop, 0.99),
    toMs(loop, 1),
    toMs(posts, 0.99),
    `${Math.round(steady)} MB`,
    `${Math.round(most)} MB`,
    toShare(share),
  ];
}

async function everyoneBack(): Promise<void> {
  const patience = setTimeout(
    () => allBack.reject(new Error(`${back} of ${count} are back after ${patienceMs / 1000} s`)),
    patienceMs,
  );
  await allBack.promise;
  clearTimeout(patience);
}
