import { Database } from "bun:sqlite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Room } from "@parley/protocol/model";
import { digits, Effort, HttpConnection, RawSocket, toRequest, toShare } from "../generator.ts";
import { Program } from "../program.ts";
import { Report, sized, thousands } from "../report.ts";
import { median, Person, quantile, Server } from "../server.ts";

const rounds = sized(5, 1);
const inFlights = [1, 16, 64, 256];
/** Messages of one round: about a second's worth. */
const counts = sized<Record<number, number>>(
  { 1: 4000, 16: 15_000, 64: 30_000, 256: 40_000 },
  { 1: 50, 16: 200, 64: 400, 256: 600 },
);
const authorCount = 16;
const roomCount = 8;
const ways = ["HTTP", "socket"] as const;
type Way = (typeof ways)[number];

interface Place {
  readonly cookie: string;
  /** A room's id. */
  readonly room: string;
}

interface System {
  readonly name: string;
  readonly program: { readonly url: string; cpuMs(): number };
  /** Who posts where, in turn. */
  readonly places: readonly Place[];
  /** How many messages with a key of this run the database has, and whether one of them is missing. */
  audit(prefix: string, count: number): void;
}

interface Measured {
  readonly rates: number[];
  readonly costs: number[];
  readonly times: number[];
  readonly shares: number[];
}

const report = new Report(
  "posting",
  "Durable posts a second, one at a time and many in flight, over HTTP and over sockets. " +
    `One author in one room, and ${authorCount} authors in ${roomCount} rooms. ` +
    "Beside Parley a bare handler that parses, commits in groups and answers. Every commit is synced.",
);
const folder = await mkdtemp(join(tmpdir(), "parley-bench-commit-"));
await using server = await Server.start();
const bareDatabase = join(folder, "bare.db");
await using bare = await Program.start([
  process.execPath,
  join(import.meta.dirname, "../baselines/commit.ts"),
  bareDatabase,
]);
const authors: Person[] = [];
for (let number = 0; number < authorCount; number++) authors.push(await Person.signUp(server.url, `author-${number}`));
const [first] = authors;
if (!first) throw new Error("there is no author");
const rooms: Room[] = [];
for (let number = 0; number < roomCount; number++) rooms.push(await first.createRoom(`Room ${number}`));
const many: Place[] = [];
for (const [number, author] of authors.entries()) {
  const room = rooms[number % roomCount];
  if (!room) throw new Error("there is no room");
  if (author !== first) await author.request("PUT", `/api/rooms/${room.id}/membership`);
  many.push({ cookie: author.cookie, room: room.id });
}
const one = many.slice(0, 1);

const auditParley = (prefix: string, count: number) => audit(server.database, prefix, count);
const auditBare = (prefix: string, count: number) => audit(bareDatabase, prefix, count);
const systems: readonly System[] = [
  { name: "Parley, one author", program: server, places: one, audit: auditParley },
  { name: "Parley, many authors", program: server, places: many, audit: auditParley },
  { name: "bare commits", program: bare, places: [{ cookie: "", room: "" }], audit: auditBare },
];

let run = 0;
let acknowledged = 0;
for (const way of ways) {
  for (const inFlight of inFlights) {
    const count = counts[inFlight] ?? 0;
    const measured = new Map(systems.map(({ name }) => [name, empty()]));
    for (let round = 0; round < rounds; round++) {
      for (const system of systems) {
        await measure(system, way, inFlight, count, measured.get(system.name) ?? empty());
        // What follows an answer, such as indexing, is not to fall into the next one's round.
        if (system.program === server) await server.rest();
      }
    }
    show(way, inFlight, measured);
  }
}
report.line(`All ${thousands(acknowledged)} acknowledged messages are in the databases, each by its key and once.`);
report.save();
await rm(folder, { recursive: true });

function empty(): Measured {
  return { rates: [], costs: [], times: [], shares: [] };
}

async function measure(system: System, way: Way, inFlight: number, count: number, into: Measured): Promise<void> {
  const prefix = `run-${++run}-`;
  const post = way === "HTTP" ? await openHttp(system, inFlight) : await openSockets(system, inFlight);
  const effort = new Effort();
  const cpuBefore = system.program.cpuMs();
  const started = performance.now();
  await post.run(prefix, count, into.times);
  const seconds = (performance.now() - started) / 1000;
  into.shares.push(effort.share());
  into.rates.push(count / seconds);
  into.costs.push(((system.program.cpuMs() - cpuBefore) * 1000) / count);
  post.close();
  system.audit(prefix, count);
  acknowledged += count;
}

/** Sends `count` messages with the keys `prefix` and 0, 1, 2 …, and resolves when each is acknowledged. */
interface Posting {
  run(prefix: string, count: number, times: number[]): Promise<void>;
  close(): void;
}

/** As many connections as there are requests in flight. */
async function openHttp({ program, places }: System, inFlight: number): Promise<Posting> {
  const connections = await Promise.all(Array.from({ length: inFlight }, () => HttpConnection.open(program.url)));
  return {
    async run(prefix, count, times) {
      let sent = 0;
      const work = async (connection: HttpConnection, { cookie, room }: Place) => {
        const url = `${program.url}/api/rooms/${room}/messages`;
        for (let number = sent++; number < count; number = sent++) {
          const sentAt = performance.now();
          const body = JSON.stringify({ content: toContent(number), clientMessageId: `${prefix}${number}` });
          const { status, body: answer } = await connection.request(toRequest("POST", url, cookie, body));
          if (status !== 201) throw new Error(`${status} ${answer}`);
          times.push(performance.now() - sentAt);
        }
      };
      await Promise.all(connections.map((connection, at) => work(connection, placeOf(places, at))));
    },
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
}

/** One socket for each author, each with its part of what is in flight. */
async function openSockets({ program, places }: System, inFlight: number): Promise<Posting> {
  const ackStart = '{"type":"ack","ref":';
  const count = Math.min(places.length, inFlight);
  const acked: ((ref: number) => void)[] = [];
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const sockets = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const welcome = Promise.withResolvers<void>();
      const socket = await RawSocket.open(`${program.url}/api/socket`, placeOf(places, at).cookie, {
        onText(text) {
          const start = text.toString("latin1", 0, ackStart.length);
          if (start === ackStart) {
            if (text.indexOf('"message":', ackStart.length) < 0) failed.reject(new Error(text.toString()));
            acked[at]?.(digits(text, ackStart.length));
          } else if (start.startsWith('{"type":"welcome"')) welcome.resolve();
        },
        onClose: (code, reason) => failed.reject(new Error(`a socket was closed: ${code} ${reason}`)),
      });
      await welcome.promise;
      return socket;
    }),
  );
  return {
    async run(prefix, total, times) {
      let [sent, done] = [0, 0];
      const all = Promise.withResolvers<void>();
      const sentAt = new Float64Array(total);
      const sendNext = (at: number) => {
        if (sent >= total) return;
        const number = sent++;
        sentAt[number] = performance.now();
        const { room } = placeOf(places, at);
        const content = toContent(number);
        const clientMessageId = `${prefix}${number}`;
        sockets[at]?.send(JSON.stringify({ type: "message.send", ref: number, room, content, clientMessageId }));
      };
      for (let at = 0; at < count; at++) {
        acked[at] = (ref) => {
          times.push(performance.now() - (sentAt[ref] ?? 0));
          done++;
          if (done === total) all.resolve();
          else sendNext(at);
        };
      }
      for (let number = 0; number < inFlight; number++) sendNext(number % count);
      await Promise.race([all.promise, failed.promise]);
    },
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

function toContent(number: number): string {
  return `message ${number} with some words in it, as people write them`;
}

function placeOf(places: readonly Place[], at: number): Place {
  const place = places[at % places.length];
  if (!place) throw new Error("there is no place");
  return place;
}

/** Throws unless the database has exactly the messages with the keys `prefix` and 0 to `count`. */
function audit(path: string, prefix: string, count: number): void {
  const database = new Database(path, { readonly: true });
  const keys = database
    .query<{ key: string }, [string, string]>(
      "SELECT client_message_id AS key FROM messages WHERE client_message_id >= ? AND client_message_id < ?",
    )
    .all(prefix, `${prefix}:`)
    .map(({ key }) => key);
  database.close();
  const distinct = new Set(keys);
  if (keys.length !== count) throw new Error(`${keys.length} of ${count} acknowledged messages are in the database`);
  for (let number = 0; number < count; number++) {
    if (!distinct.has(`${prefix}${number}`)) throw new Error(`${prefix}${number} is not in the database`);
  }
}

function show(way: Way, inFlight: number, measured: ReadonlyMap<string, Measured>): void {
  report.line(`Over ${way === "HTTP" ? "HTTP" : "sockets"}, ${inFlight} in flight:`);
  report.line();
  const base = median(measured.get("bare commits")?.rates ?? []);
  report.table(
    ["", "posts/s", "of the bare", "µs of server each", "p50", "p99", "generator"],
    [...measured].map(([name, { rates, costs, times, shares }]) => [
      name,
      thousands(median(rates)),
      `${Math.round((median(rates) / base) * 100)} %`,
      median(costs).toFixed(1),
      `${median(times).toFixed(2)} ms`,
      `${quantile(times, 0.99).toFixed(2)} ms`,
      toShare(median(shares)),
    ]),
  );
}
