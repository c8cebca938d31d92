import { join } from "node:path";
import { Audience } from "../audience.ts";
import { requireFiles } from "../generator.ts";
import { Program } from "../program.ts";
import { Report, sized, thousands } from "../report.ts";
import { addCrowd } from "../seed.ts";
import { Person, Server } from "../server.ts";

const count = sized(10_000, 300);

requireFiles(count);
const report = new Report(
  "idle",
  `Memory with ${thousands(count)} idle sockets, each of someone else who is signed in and a member of one room with all of them.`,
);
await using server = await Server.start();
const ada = await Person.signUp(server.url, "ada");
const room = await ada.createRoom("Everyone");
let cookies: readonly string[] = [];
await server.restart(() => {
  cookies = addCrowd(server.database, count, () => [room]).map(({ cookie }) => cookie);
});
const folder = join(import.meta.dirname, "../baselines");
await using bare = await Program.start([process.execPath, join(folder, "broadcast.ts")]);
await using node = await Program.start(["node", join(folder, "ws-broadcast.mjs")]);

const rows: string[][] = [];
const nobodys = Array<string>(count).fill("");
for (const { name, program, url, cookies: theirs } of [
  { name: "Parley", program: server, url: `${server.url}/api/socket`, cookies },
  { name: "Bun.serve", program: bare, url: bare.url, cookies: nobodys },
  { name: "ws on Node", program: node, url: node.url, cookies: nobodys },
]) {
  await program.rest();
  const before = program.memoryMb();
  const audience = await Audience.open(url, `room:${room.id}`, theirs);
  await program.rest();
  const after = program.memoryMb();
  const each = ((after - before) * 1024) / count;
  rows.push([name, `${before.toFixed(0)} MB`, `${after.toFixed(0)} MB`, `${each.toFixed(1)} KiB`]);
  audience.close();
}
report.table(["", "before", "with the sockets", "each"], rows);
report.save();
