import { Database } from "bun:sqlite";
import type { SearchPage } from "@parley/protocol/http/messages";
import type { Room } from "@parley/protocol/model";
import { Report, sized, thousands } from "../report.ts";
import { median, Person, quantile, Server } from "../server.ts";

const messages = sized(1_000_000, 20_000);
const searches = sized(200, 5);
const roomCount = 60;
const vocabulary = 20_000;
const posting = { rounds: sized(5, 1), count: sized(10_000, 1000) };

const report = new Report(
  "search",
  `How long typical searches over ${thousands(messages)} messages in ${roomCount} rooms take, and what indexing takes from posting.`,
);
await using server = await Server.start();
const ada = await Person.signUp(server.url, "ada");
const people = [ada];
for (let n = 0; n < 7; n++) people.push(await Person.signUp(server.url, `person-${n}`));
const noor = await Person.signUp(server.url, "noor");
const rooms: Room[] = [];
for (let n = 0; n < roomCount; n++) rooms.push(await ada.createRoom(`Room ${n}`));
const [quiet] = rooms;
if (!quiet) throw new Error("there are no rooms");
await noor.request("PUT", `/api/rooms/${quiet.id}/membership`);

await server.restart(fill);
for (const person of [ada, noor]) person.moveTo(server.url);
await catchUp(true);

for (const [name, person, query] of [
  ["a rare word", ada, "zanzibar "],
  ["a common word", ada, `${word(0)} `],
  ["two common words", ada, `${word(1)} ${word(2)} `],
  ["a word in the middle", ada, `${word(500)} `],
  ["one letter, while typing", ada, "k"],
  ["three letters, while typing", ada, word(300).slice(0, 3)],
  ["five letters, while typing", ada, word(3000).slice(0, 5)],
  ["a phrase of common words", ada, `"${word(0)} ${word(1)}"`],
  ["two Chinese characters", ada, "上海"],
  ["one Chinese character", ada, "海"],
  ["nothing is found", ada, "qqqqqq "],
  ["someone in few rooms, a common word", noor, `${word(0)} `],
  ["someone in few rooms, a rare word", noor, "zanzibar "],
  ["from:, a common word", ada, `${word(0)} from:person-3`],
  ["in:, a common word", ada, `${word(0)} in:${quiet.slug}`],
  ["has:link", ada, "has:link"],
  ["a common word, not another", ada, `${word(0)} -${word(1)}`],
  ["a common word, long ago", ada, `${word(0)} before:2024-02-01`],
] as const) {
  const times: number[] = [];
  let found = 0;
  for (let round = 0; round < searches; round++) {
    const started = performance.now();
    const page = await person.request<SearchPage>("GET", `/api/search?q=${encodeURIComponent(query)}`);
    times.push(performance.now() - started);
    found = page.results.length;
  }
  const [middle, late] = [median(times).toFixed(1), quantile(times, 0.99).toFixed(1)];
  report.line(`${name}: median ${middle} ms, p99 ${late} ms (${found} on the first page)`);
}

// Posting to a room that is indexed, and to one of which the index believes that it knows everything already.
const indexed = await ada.createRoom("Indexed");
const unindexed = await ada.createRoom("Not indexed");
await server.restart(() => {
  const database = new Database(server.database);
  database.run("INSERT OR REPLACE INTO search_rooms (room_id, seq) VALUES (?, ?)", [unindexed.id, 2 ** 52]);
  database.close();
});
ada.moveTo(server.url);
const rates = { on: [] as number[], off: [] as number[] };
const costs = { on: [] as number[], off: [] as number[] };
for (let round = 0; round < posting.rounds; round++) {
  for (const [mode, room] of [
    ["off", unindexed],
    ["on", indexed],
  ] as const) {
    const cpuBefore = server.cpuMs();
    rates[mode].push(await ada.post(room, posting.count, 256));
    costs[mode].push(((server.cpuMs() - cpuBefore) * 1000) / posting.count);
    await catchUp(false);
    // Whom the messages call is looked at when they are two seconds old: not in the next round.
    await Bun.sleep(2500);
    await server.rest();
  }
}
const ratio = median(rates.on) / median(rates.off);
report.line(
  `posting over one socket, 256 in flight: ${ratio.toFixed(2)} × the rate without indexing ` +
    `(${Math.round(median(rates.on))} and ${Math.round(median(rates.off))} messages/s), ` +
    `${Math.round(median(costs.on))} and ${Math.round(median(costs.off))} µs of server time each`,
);
report.save();

/** Words by rank: the first ones are in most messages, as in any language. */
function word(rank: number): string {
  const letters = "kalemirotunsvidepo";
  let text = "";
  for (let rest = rank + 40; rest > 0; rest = Math.floor(rest / letters.length)) text += letters[rest % letters.length];
  return text;
}

function fill(): void {
  const started = performance.now();
  const database = new Database(server.database);
  const insert = database.prepare(
    "INSERT INTO messages (room_id, id, seq, author_id, content, created_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  let seed = 1;
  // The same messages every time.
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const heads = new Map(
    database
      .query<{ id: string; head: number }, []>("SELECT id, head FROM rooms")
      .all()
      .map(({ id, head }) => [id, { head, last: 0 }]),
  );
  const begin = Date.UTC(2024, 0);
  database.run("BEGIN");
  for (let n = 0; n < messages; n++) {
    // A few rooms have most of the talk; the first one has little.
    const room = rooms[n % 500 === 0 ? 0 : 1 + Math.floor(random() ** 3 * (roomCount - 1))] ?? quiet;
    const place = heads.get(room?.id ?? "");
    const author = people[Math.floor(random() * people.length)];
    if (!room || !place || !author) continue;
    place.head++;
    place.last++;
    const words = Array.from({ length: 3 + Math.floor(random() ** 2 * 30) }, () =>
      word(Math.floor(vocabulary ** random()) - 1),
    );
    if (n % 200_000 === 7) words.push("zanzibar");
    if (n % 50 === 0) words.push("我明天去上海出差");
    if (n % 20 === 0) words.push("https://example.org/page");
    insert.run(room.id, place.last, place.head, author.user.id, words.join(" "), begin + n * 60_000);
  }
  for (const [id, { head, last }] of heads) {
    database.run("UPDATE rooms SET head = ?, last_message_id = ? WHERE id = ?", [head, last, id]);
  }
  database.run("COMMIT");
  database.close();
  report.line(`filled in ${Math.round((performance.now() - started) / 1000)} s`);
}

/** Waits until everything is indexed. */
async function catchUp(aloud: boolean): Promise<void> {
  const started = performance.now();
  const database = new Database(server.database, { readonly: true });
  const behind = database.query<{ count: number }, []>(
    `SELECT count(*) AS count FROM rooms LEFT JOIN search_rooms ON search_rooms.room_id = rooms.id
     WHERE rooms.head > coalesce(search_rooms.seq, 0)`,
  );
  while ((behind.get()?.count ?? 0) > 0) await Bun.sleep(50);
  database.close();
  if (aloud) report.line(`indexed in ${Math.round((performance.now() - started) / 1000)} s, in the background`);
}
