import type { Room } from "@parley/protocol/model";
import { describeMachine, median, Person, Server } from "../server.ts";

/** The newest page, and one from the middle, of a room with 100,000 messages against a room with ten. */
const sizes = { small: 10, large: 100_000 };
const rounds = 300;

console.log(`history on ${describeMachine()}`);
await using server = await Server.start();
const ada = await Person.signUp(server.url, "ada");
const small = await fill("Small", sizes.small);
const large = await fill("Large", sizes.large);

const times = { small: [] as number[], large: [] as number[], middle: [] as number[] };
for (let round = 0; round < rounds; round++) {
  times.small.push(await time(`/api/rooms/${small.id}/messages?limit=10`));
  times.large.push(await time(`/api/rooms/${large.id}/messages?limit=10`));
  times.middle.push(await time(`/api/rooms/${large.id}/messages?limit=10&before=${sizes.large / 2}`));
}
const base = median(times.small);
console.log(`newest page of ${sizes.small} messages: ${base.toFixed(2)} ms`);
console.log(`newest page of ${sizes.large}: ${(median(times.large) / base).toFixed(2)} × that`);
console.log(`a page in its middle: ${(median(times.middle) / base).toFixed(2)} × that`);

async function fill(name: string, count: number): Promise<Room> {
  const room = await ada.createRoom(name);
  const rate = await ada.post(room, count, 256);
  if (count > 1000) {
    console.log(`filled at ${Math.round(rate)} acknowledged messages/s over one socket, 256 in flight`);
  }
  return room;
}

async function time(path: string): Promise<number> {
  const started = performance.now();
  await ada.request("GET", path);
  return performance.now() - started;
}
