import type { DeltaFrame, ServerFrame } from "@parley/protocol/frames";
import type { Room } from "@parley/protocol/model";
import { describeMachine, median, Person, Server } from "../server.ts";

/** One message to all sockets of a room: one at a time, and pipelined. Every message is counted at every receiver. */
const receivers = [100, 1000];
const rounds = 5;
const messagesPerRound = 200;

console.log(`fan-out on ${describeMachine()}`);
await using server = await Server.start();
const author = await Person.signUp(server.url, "author");
const room = await author.createRoom("Fan-out");
const sender = await open(author);

let received = 0;
const waiting = new Set<() => void>();
const sockets: WebSocket[] = [];
// One account with many sockets: who they belong to makes no difference to delivery.
for (const count of receivers) {
  while (sockets.length < count) {
    const batch = await Promise.all(
      Array.from({ length: Math.min(50, count - sockets.length) }, () => open(author, countMessages)),
    );
    sockets.push(...batch);
  }
  const results = { single: [] as number[], pipelined: [] as number[] };
  const cpu = { single: [] as number[], pipelined: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const mode of ["single", "pipelined"] as const) {
      const cpuBefore = server.cpuMs();
      const started = performance.now();
      received = 0;
      for (let n = 0; n < messagesPerRound; n++) {
        send(sender, room, `${round} ${mode} ${n}`);
        if (mode === "single") await until((n + 1) * count);
      }
      await until(messagesPerRound * count);
      const seconds = (performance.now() - started) / 1000;
      results[mode].push((messagesPerRound * count) / seconds);
      cpu[mode].push(((server.cpuMs() - cpuBefore) * 1000) / (messagesPerRound * count));
    }
  }
  for (const mode of ["single", "pipelined"] as const) {
    const rate = Math.round(median(results[mode]));
    console.log(
      `${count} sockets, ${mode}: ${rate} deliveries/s, ${median(cpu[mode]).toFixed(2)} µs of server time each`,
    );
  }
}
const { messages } = await author.request<{ messages: { id: number }[] }>("GET", `/api/rooms/${room.id}/messages`);
const expected = receivers.length * rounds * 2 * messagesPerRound;
if (messages.at(-1)?.id !== expected) throw new Error(`the store has ${messages.at(-1)?.id}, not ${expected}`);
console.log(`all ${expected} messages are in the store, and reached every socket once`);
console.log(`server memory with ${sockets.length} sockets: ${server.memoryMb().toFixed(0)} MB`);
for (const socket of [sender, ...sockets]) socket.close();

function open(person: Person, onFrame?: (text: string) => void): Promise<WebSocket> {
  const socket = person.openSocket();
  return new Promise((resolve, reject) => {
    socket.addEventListener("error", () => reject(new Error("a socket failed")), { once: true });
    socket.addEventListener("message", ({ data }) => {
      const text = String(data);
      if (text.startsWith('{"type":"welcome"')) resolve(socket);
      else onFrame?.(text);
    });
  });
}

function countMessages(text: string): void {
  const frame = JSON.parse(text) as ServerFrame;
  if (frame.type !== "delta") return;
  received += (frame as DeltaFrame).messages?.length ?? 0;
  for (const check of waiting) check();
}

function send(socket: WebSocket, to: Room, content: string): void {
  socket.send(JSON.stringify({ type: "message.send", ref: 1, room: to.id, content }));
}

function until(count: number): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (received < count) return;
      waiting.delete(check);
      resolve();
    };
    waiting.add(check);
    check();
  });
}
