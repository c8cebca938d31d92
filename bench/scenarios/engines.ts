import { TestCluster } from "../../server/src/store/postgres/test-cluster.ts";
import { Report } from "../report.ts";
import { median, Person, Server } from "../server.ts";

const rounds = 5;
const count = 4000;
const inFlight = 64;
const senders = 16;

const report = new Report(
  "engines",
  "Acknowledged messages per second on PostgreSQL against SQLite, over one socket and over many. Both sync.",
);
await using cluster = await TestCluster.start();
await using database = await cluster.createDatabase();
await using sqlite = await Server.start();
await using postgres = await Server.start({ DATABASE_URL: database.url });

const engines = { SQLite: await prepare(sqlite), PostgreSQL: await prepare(postgres) };
const rates = {
  SQLite: { one: [] as number[], many: [] as number[] },
  PostgreSQL: { one: [] as number[], many: [] as number[] },
};
for (let round = 0; round < rounds; round++) {
  for (const name of ["SQLite", "PostgreSQL"] as const) {
    rates[name].one.push(await engines[name].one());
    rates[name].many.push(await engines[name].many());
  }
}
for (const way of ["one", "many"] as const) {
  const [base, other] = [median(rates.SQLite[way]), median(rates.PostgreSQL[way])];
  const sockets = way === "one" ? "one socket" : `${senders} sockets in as many rooms`;
  report.line(
    `${inFlight} in flight over ${sockets}: SQLite ${Math.round(base)}, PostgreSQL ${Math.round(other)} messages/s: ` +
      `${(other / base).toFixed(2)} ×`,
  );
}
report.save();

async function prepare(server: Server) {
  const people: Person[] = [];
  for (let number = 0; number < senders; number++) people.push(await Person.signUp(server.url, `person${number}`));
  const rooms = await Promise.all(people.map((person, number) => person.createRoom(`Room ${number}`)));
  const post = async (number: number, messages: number, atOnce: number) => {
    const [person, room] = [people[number], rooms[number]];
    if (person && room) await person.post(room, messages, atOnce);
  };
  return {
    one: () => rateOf(() => post(0, count, inFlight)),
    many: () => rateOf(() => Promise.all(people.map((_, number) => post(number, count / senders, inFlight / senders)))),
  };
}

async function rateOf(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (count * 1000) / (performance.now() - started);
}
