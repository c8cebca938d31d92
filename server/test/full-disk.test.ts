import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Problem } from "@parley/protocol/errors";
import type { Message, Room, User } from "@parley/protocol/model";
import { cookieOf, Person } from "./harness.ts";
import { main, type Program, startProgram, temporaryFolder } from "./program.ts";

const mebibyte = 1024 * 1024;
/** A file system of the test's own needs a right that some containers do not give. */
const canMount = spawnSync("unshare", ["-rm", "true"]).status === 0;
const why = canMount ? "" : " (skipped: unshare -rm is not permitted here)";

/** Runs the program with small file systems of its own, which are there for it alone; `inside` is how to get at them. */
async function startOn(folder: string, mounts: Readonly<Record<string, string>>) {
  const commands = Object.entries(mounts).map(([path, size]) => `mount -t tmpfs -o size=${size} tmpfs '${path}'`);
  for (const path of Object.keys(mounts)) await mkdir(path, { recursive: true });
  const script = [...commands, `exec '${process.execPath}' '${main}'`].join(" && ");
  const program = await startProgram({ PARLEY_DATA: join(folder, "data") }, folder, {
    command: ["unshare", "-rm", "sh", "-c", script],
  });
  return { program, inside: (path: string) => `/proc/${program.pid}/root${path}` };
}

async function signUp(program: Program, username: string): Promise<Person> {
  const answer = await new Person(program.url, {} as User, "").request<User>("POST", "/api/auth/sign-up", {
    username,
    password: `a good password of ${username}`,
  });
  return new Person(program.url, answer.body, cookieOf(answer.headers));
}

const signIn = (person: Person) =>
  person.request("POST", "/api/auth/sign-in", {
    login: person.user.username,
    password: `a good password of ${person.user.username}`,
  });

async function general(person: Person): Promise<Room> {
  const [room] = (await person.ok<{ rooms: Room[] }>("GET", "/api/rooms")).rooms;
  if (!room) throw new Error("there is no room");
  return room;
}

/** Says long things until one is refused. */
async function sayUntilRefused(person: Person, room: Room) {
  const said: Message[] = [];
  for (let n = 0; n < 20_000; n++) {
    const began = performance.now();
    const answer = await person.request<Message & Problem>("POST", `/api/rooms/${room.id}/messages`, {
      content: `${n} ${"words ".repeat(600)}`,
    });
    if (answer.status !== 201) return { said, refused: answer, tookMs: performance.now() - began };
    said.push(answer.body);
  }
  throw new Error("the disk does not fill up");
}

async function allMessages(person: Person, room: Room): Promise<readonly Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { messages } = await person.messages(room, `?after=${all.at(-1)?.id ?? 0}&limit=100`);
    if (messages.length === 0) return all;
    all.push(...messages);
  }
}

/** Waits for something that is to be seen on the disk or over HTTP. */
async function until(isSo: () => Promise<boolean>, withinMs: number): Promise<number> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > withinMs) throw new Error(`it was not so within ${withinMs} ms`);
    await Bun.sleep(20);
  }
  return performance.now() - began;
}

const canSay = (person: Person, room: Room) => async () =>
  (await person.request("POST", `/api/rooms/${room.id}/messages`, { content: "again" })).status === 201;

test.skipIf(!canMount)(
  `[ST1] [ST2] on a full disk sending is refused and all else goes on, and it goes on by itself once there is room${why}`,
  async () => {
    await using folder = await temporaryFolder();
    const disk = join(folder.path, "data");
    const { program, inside } = await startOn(folder.path, { [disk]: "160m" });
    const ada = await signUp(program, "ada");
    const lin = await signUp(program, "lin");
    const room = await general(ada);
    using socket = await ada.connect();
    using other = await lin.connect();
    const reserve = inside(join(disk, "parley.reserve"));
    await until(async () => ((await stat(reserve).catch(() => null))?.size ?? 0) === 64 * mebibyte, 15_000);
    const filler = inside(join(disk, "filler"));
    await writeFile(filler, Buffer.alloc(160 * mebibyte, 1)).catch(() => {});

    const { said, refused, tookMs } = await sayUntilRefused(ada, room);
    expect(refused).toMatchObject({ status: 507, body: { code: "storage_full", retryAfterMs: expect.any(Number) } });
    expect(refused.headers.get("retry-after")).not.toBeNull();
    expect(tookMs).toBeLessThan(2000);
    const ack = await socket.request({ type: "message.send", room: room.id, content: "and again" });
    expect(ack.error).toMatchObject({ code: "storage_full", retryable: true, retryAfterMs: expect.any(Number) });

    expect(await allMessages(lin, room)).toHaveLength(said.length);
    expect((await signIn(lin)).status).toBe(200);
    socket.write(JSON.stringify({ type: "typing", room: room.id }));
    await other.find((frame) => frame.type === "typing");
    const [first] = said;
    expect((await ada.request("DELETE", `/api/rooms/${room.id}/messages/${first?.id}`)).status).toBe(204);
    expect((await ada.request("GET", "/readyz")).status).toBe(200);

    await rm(filler);
    expect(await until(canSay(ada, room), 5000)).toBeLessThan(5000);
    const all = await allMessages(lin, room);
    expect(all.map(({ id }) => id)).toEqual(all.map((_, index) => index + 1));
    expect(all.slice(1, said.length).map(({ content }) => content)).toEqual(
      said.slice(1).map(({ content }) => content),
    );
    expect(all).toHaveLength(said.length + 1);
    await until(async () => ((await stat(reserve).catch(() => null))?.size ?? 0) === 64 * mebibyte, 5000);
    program.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  },
  60_000,
);

test("[ST1] where files may not grow any further it is the same, and nothing acknowledged is lost", async () => {
  await using folder = await temporaryFolder();
  const limited = `ulimit -S -f 6000 && exec '${process.execPath}' '${main}'`;
  const program = await startProgram({}, folder.path, { command: ["bash", "-c", limited] });
  const ada = await signUp(program, "ada");
  const room = await general(ada);
  const { said, refused } = await sayUntilRefused(ada, room);
  expect(refused).toMatchObject({ status: 507, body: { code: "storage_full" } });
  expect(await allMessages(ada, room)).toHaveLength(said.length);
  expect(spawnSync("prlimit", ["--pid", String(program.pid), "--fsize=unlimited:"]).status).toBe(0);
  await until(canSay(ada, room), 5000);
  program.kill("SIGKILL");
  await program.ended;
  const again = await startProgram({}, folder.path);
  const all = await allMessages(new Person(again.url, ada.user, ada.cookie), room);
  expect(all.slice(0, said.length).map(({ content }) => content)).toEqual(said.map(({ content }) => content));
  again.kill("SIGKILL");
  await again.ended;
}, 60_000);

test.skipIf(!canMount)(`[FI2] where only files find no room, only files are refused${why}`, async () => {
  await using folder = await temporaryFolder();
  const files = join(folder.path, "data/files");
  const { program } = await startOn(folder.path, { [files]: "1m" });
  const ada = await signUp(program, "ada");
  const room = await general(ada);
  const upload = `/api/rooms/${room.id}/uploads?name=large`;
  expect((await ada.request<Problem>("POST", upload, new Uint8Array(2 * mebibyte))).body.code).toBe("unavailable");
  expect((await ada.send(room, "goes on")).id).toBe(1);
  program.kill("SIGKILL");
  await program.ended;
});
