import { dirname } from "node:path";
import type { MessagePage } from "@parley/protocol/http/messages";
import type { Room } from "@parley/protocol/model";
import type { HistoryCursor } from "../../server/src/store/messages.ts";
import { openSqliteStore } from "../../server/src/store/sqlite/sqlite-store.ts";
import { HttpConnection, toRequest } from "../generator.ts";
import { Report, sized, thousands } from "../report.ts";
import { addMessages } from "../seed.ts";
import { median, Person, quantile, Server } from "../server.ts";

const size = sized(1_000_000, 20_000);
const smallSize = 25;
const page = 25;
const rounds = sized(2000, 50);
/** What the database's cache, the compiler and the collector have to do first is not what is asked. */
const warmUp = sized(500, 10);

interface Place {
  readonly name: string;
  readonly room: Room;
  readonly before: number | null;
  readonly read: number[];
  readonly trips: number[];
  cpuMs: number;
}

const report = new Report(
  "history",
  `A page of ${page} messages: the newest, from the middle and the oldest of a room with ${thousands(size)}, and of one with ` +
    `${smallSize}. *Read* is the store's read, timed in a process that has the store to itself; *server* the processor ` +
    "time that the whole server takes for a request; *trip* a request over HTTP on one connection that stays open.",
);
await using server = await Server.start();
const ada = await Person.signUp(server.url, "ada");
const small = await ada.createRoom("Small");
const large = await ada.createRoom("Large");
const places: readonly Place[] = [
  place("all of the small room", small, null),
  place("newest", large, null),
  place("middle", large, size / 2),
  place("oldest", large, page + 1),
];
await server.restart(async () => {
  addMessages(server.database, small, ada.user.id, smallSize);
  addMessages(server.database, large, ada.user.id, size);
  await timeReads();
});
ada.moveTo(server.url);
// The large room is indexed for search first, in the background.
await server.rest();
const connection = await HttpConnection.open(server.url);
for (let round = -warmUp; round < rounds; round++) {
  for (const each of places) {
    const startedAt = performance.now();
    const found = await ask(each);
    if (round >= 0) each.trips.push(performance.now() - startedAt);
    if (round < 0) verify(each, found);
  }
}
for (const each of places) {
  const cpuBefore = server.cpuMs();
  for (let round = 0; round < rounds; round++) await ask(each);
  each.cpuMs = (server.cpuMs() - cpuBefore) / rounds;
}
connection.close();
report.table(
  ["", "read p50", "p99", "server", "trip p50", "p99"],
  places.map(({ name, read, trips, cpuMs }) => [
    name,
    ...[median(read), quantile(read, 0.99), cpuMs, median(trips), quantile(trips, 0.99)].map(
      (ms) => `${ms.toFixed(3)} ms`,
    ),
  ]),
);
report.save();

function place(name: string, room: Room, before: number | null): Place {
  return { name, room, before, read: [], trips: [], cpuMs: 0 };
}

async function timeReads(): Promise<void> {
  const store = await openSqliteStore(dirname(server.database), {
    defaultSignUp: "open",
    onFatal: (error) => {
      throw error;
    },
  });
  for (let round = -warmUp; round < rounds; round++) {
    for (const { room, before, read } of places) {
      const cursor: HistoryCursor = before === null ? {} : { before };
      const startedAt = performance.now();
      await store.listMessages({ roomId: room.id, cursor, limit: page });
      if (round >= 0) read.push(performance.now() - startedAt);
    }
  }
  await store.close();
}

async function ask({ room, before }: Place): Promise<Buffer> {
  const cursor = before === null ? "" : `&before=${before}`;
  const url = `${server.url}/api/rooms/${room.id}/messages?limit=${page}${cursor}`;
  const { status, body } = await connection.request(toRequest("GET", url, ada.cookie));
  if (status !== 200) throw new Error(`${status} ${body}`);
  return body;
}

/** Throws unless it is the page that was asked for. */
function verify({ name, room, before }: Place, found: Buffer): void {
  const ids = (JSON.parse(found.toString()) as MessagePage).messages.map(({ id }) => id);
  const last = before === null ? (room === small ? smallSize : size) : before - 1;
  if (ids.length !== page || ids.at(-1) !== last || ids[0] !== last - page + 1) throw new Error(`${name}: ${ids}`);
}
