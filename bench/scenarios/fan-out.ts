import { join } from "node:path";
import type { DeltaFrame } from "@parley/protocol/frames";
import type { Room } from "@parley/protocol/model";
import { Audience } from "../audience.ts";
import { Effort, RawSocket, requireFiles, toShare } from "../generator.ts";
import { Program } from "../program.ts";
import { Report, sized, thousands } from "../report.ts";
import { addCrowd } from "../seed.ts";
import { median, Person, quantile, Server } from "../server.ts";

/** One message to all members of a room: one at a time, and so many in flight. */
const inFlight = 20;
const rounds = sized(5, 1);
const sizes = sized(
  [
    { members: 100, single: 1000, pipelined: 4000 },
    { members: 1000, single: 300, pipelined: 600 },
    { members: 10_000, single: 40, pipelined: 60 },
  ],
  [
    { members: 50, single: 20, pipelined: 60 },
    { members: 200, single: 10, pipelined: 40 },
  ],
);
const modes = ["single", "pipelined"] as const;
type Mode = (typeof modes)[number];

/** What is measured: something that takes a message and brings it to an audience. */
interface System {
  readonly name: string;
  readonly program: { cpuMs(): number; memoryMb(): number; rest(): Promise<void> };
  /** For one round: all of them at once would be more sockets than a process may have. */
  open(): Promise<{ readonly audience: Audience; readonly sender: RawSocket }>;
  /** The text that makes it deliver its next message. */
  next(): string;
  readonly times: number[];
  readonly memory: number[];
  readonly rates: Record<Mode, number[]>;
  readonly costs: Record<Mode, number[]>;
  readonly shares: Record<Mode, number[]>;
}

const largest = Math.max(...sizes.map(({ members }) => members));
requireFiles(largest + 10);
const report = new Report(
  "fan-out",
  `What one message to many members costs, one at a time and ${inFlight} in flight; each at a socket of their own. ` +
    "Beside Parley a bare `Bun.serve` that publishes the same bytes, and a loop over all sockets with `ws` on Node.",
);
await using server = await Server.start();
const author = await Person.signUp(server.url, "author");
const rooms: Room[] = [];
for (const { members } of sizes) rooms.push(await author.createRoom(`Room for ${members}`));
let crowd: ReturnType<typeof addCrowd> = [];
await server.restart(() => {
  crowd = addCrowd(server.database, largest, (number) =>
    rooms.filter((_, place) => number < (sizes[place]?.members ?? 0)),
  );
});
author.moveTo(server.url);

const folder = join(import.meta.dirname, "../baselines");
await using bare = await Program.start([process.execPath, join(folder, "broadcast.ts")]);
await using node = await Program.start(["node", join(folder, "ws-broadcast.mjs")]);

for (const [place, { members, ...counts }] of sizes.entries()) {
  const room = rooms[place];
  if (!room) throw new Error("there is no room");
  const parley = toParley(room, members);
  const sample = await takeSample(parley);
  const systems = [
    parley,
    toBaseline("Bun.serve", bare, sample, members),
    toBaseline("ws on Node", node, sample, members),
  ];
  for (let round = 0; round < rounds; round++) for (const system of systems) await measure(system, counts);
  const expected = 1 + rounds * (counts.single + counts.pipelined);
  const page = await author.request<{ messages: { id: number }[] }>("GET", `/api/rooms/${room.id}/messages`);
  if (page.messages.at(-1)?.id !== expected)
    throw new Error(`the store has ${page.messages.at(-1)?.id}, not ${expected}`);
  for (const mode of modes) show(systems, mode, members);
}
report.line("Every message came at every socket once and in order, and is in the store.");
report.save();

function toParley(room: Room, members: number): System {
  const cookies = crowd.slice(0, members).map(({ cookie }) => cookie);
  const url = `${server.url}/api/socket`;
  let sent = 0;
  const words = "a message with some words in it, as people write them";
  return {
    name: "Parley",
    program: server,
    open: async () => ({
      audience: await Audience.open(url, `room:${room.id}`, cookies),
      sender: await RawSocket.open(url, author.cookie),
    }),
    next: () => JSON.stringify({ type: "message.send", ref: ++sent, room: room.id, content: `${sent}: ${words}` }),
    ...empty(),
  };
}

/** The first message shows which bytes the others are to deliver. */
async function takeSample(system: System): Promise<DeltaFrame> {
  const { audience, sender } = await system.open();
  sender.send(system.next());
  await audience.until(1);
  sender.close();
  audience.close();
  return JSON.parse(audience.sample) as DeltaFrame;
}

function toBaseline(name: string, program: Program, sample: DeltaFrame, members: number): System {
  let to = sample.to;
  return {
    name,
    program,
    open: async () => ({
      audience: await Audience.open(program.url, sample.topic, Array<string>(members).fill("")),
      sender: await RawSocket.open(program.url, ""),
    }),
    next: () => {
      to++;
      const messages = sample.messages?.map((message) => ({ ...message, id: to, seq: to }));
      return JSON.stringify({ ...sample, from: to - 1, to, messages });
    },
    ...empty(),
  };
}

function empty() {
  const lists = () => ({ single: [] as number[], pipelined: [] as number[] });
  return { times: [] as number[], memory: [] as number[], rates: lists(), costs: lists(), shares: lists() };
}

async function measure(system: System, counts: Readonly<Record<Mode, number>>): Promise<void> {
  const { program } = system;
  const { audience, sender } = await system.open();
  for (const mode of modes) {
    await program.rest();
    await send(system, audience, sender, mode, counts[mode]);
  }
  system.memory.push(program.memoryMb());
  sender.close();
  audience.close();
  await program.rest();
}

async function send(system: System, audience: Audience, sender: RawSocket, mode: Mode, count: number): Promise<void> {
  audience.reset();
  const effort = new Effort();
  const cpuBefore = system.program.cpuMs();
  const started = performance.now();
  for (let sent = 0; sent < count; sent++) {
    if (mode === "pipelined" && sent >= inFlight) await audience.until(sent - inFlight + 1);
    const sentAt = performance.now();
    sender.send(system.next());
    if (mode === "single") system.times.push((await audience.until(sent + 1)) - sentAt);
  }
  const seconds = ((await audience.until(count)) - started) / 1000;
  system.shares[mode].push(effort.share());
  system.costs[mode].push(((system.program.cpuMs() - cpuBefore) * 1000) / (count * audience.size));
  system.rates[mode].push((count * audience.size) / seconds);
  audience.audit(count);
}

function show(systems: readonly System[], mode: Mode, members: number): void {
  report.line(`${thousands(members)} members, ${mode === "single" ? "one at a time" : `${inFlight} in flight`}:`);
  report.line();
  const base = median(systems[1]?.costs[mode] ?? []);
  report.table(
    ["", "deliveries/s", "µs of server each", "against Bun.serve", "last receipt p50", "p99", "memory", "generator"],
    systems.map(({ name, times, memory, rates, costs, shares }) => [
      name,
      thousands(median(rates[mode])),
      median(costs[mode]).toFixed(2),
      `${(median(costs[mode]) / base).toFixed(2)} ×`,
      mode === "single" ? `${median(times).toFixed(2)} ms` : "",
      mode === "single" ? `${quantile(times, 0.99).toFixed(2)} ms` : "",
      `${Math.round(median(memory))} MB`,
      toShare(median(shares[mode])),
    ]),
  );
}
