import { expect, test } from "bun:test";
import { stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Message, Room, User } from "@parley/protocol/model";
import { cookieOf, Person } from "./harness.ts";
import { main, runProgram, startProgram, temporaryFolder } from "./program.ts";
import { canTrace, unlessTraced } from "./tracing.ts";

test("it starts with one line that tells the address, and stops cleanly on SIGTERM and SIGINT", async () => {
  await using folder = await temporaryFolder();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const program = await startProgram({}, folder.path);
    const health = await fetch(`${program.url}/healthz`);
    expect(await health.json()).toMatchObject({ status: "ok" });
    const ada = await signUp(program.url, `person-${signal.toLowerCase()}`);
    using socket = await ada.connect();
    program.kill(signal);
    expect((await socket.closed).code).toBe(1012);
    const { code, output, errors } = await program.ended;
    expect([code, output.trim().split("\n").length, errors]).toEqual([0, 1, ""]);
  }
  const { mode } = await stat(join(folder.path, "data"));
  expect(mode & 0o077).toBe(0);
});

test("settings come from base.env, then override.env, then the environment", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "base.env"), "PARLEY_SIGN_UP=closed\nPARLEY_DATA=./elsewhere\n");
  await writeFile(join(folder.path, "override.env"), "PARLEY_SIGN_UP=invite\n");
  const program = await startProgram({}, folder.path);
  expect(await (await fetch(`${program.url}/api/workspace`)).json()).toMatchObject({ signUp: "invite" });
  expect((await stat(join(folder.path, "elsewhere"))).isDirectory()).toBe(true);
  program.kill("SIGTERM");
  await program.ended;
});

test("what is wrong stops the start with one clear line", async () => {
  const other = createServer().listen(0, "localhost");
  await new Promise((resolve) => other.once("listening", resolve));
  const address = other.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ PARLEY_COLOUR: "green" }, /PARLEY_COLOUR .*not a setting/],
    [{ PORT: "eighty" }, /PORT .*“eighty”/],
    [{ PORT: "70000" }, /PORT/],
    [{ HOST: "no-such-host.invalid" }, /HOST “no-such-host.invalid” is not an address of this computer/],
    [{ PARLEY_SIGN_UP: "maybe" }, /PARLEY_SIGN_UP must be open or invite or closed/],
    [{ PARLEY_LIMITS: "no" }, /PARLEY_LIMITS/],
    [{ PARLEY_URL: "chat.example.org" }, /PARLEY_URL/],
    [{ DATABASE_URL: "mysql://localhost/parley" }, /DATABASE_URL must be like postgres:/],
    [{ DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/parley` }, /^(?!.*secret).*“parley” at 127.0.0.1/],
    [{ PORT: port }, new RegExp(`${port} is in use`)],
    [{ PARLEY_DATA: "./a-file" }, /a-file/],
    [{ PARLEY_DATA: "/proc/parley" }, /\/proc\/parley/],
  ];
  const refuse = async ([environment, expected]: (typeof cases)[number]) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "a-file"), "not a folder");
    const { code, output, errors } = await runProgram(environment, folder.path);
    expect([environment, code, output]).toEqual([environment, 1, ""]);
    expect(errors.trim().split("\n")).toHaveLength(1);
    expect(errors).toMatch(expected);
  };
  // Some of them wait for what does not answer.
  await Promise.all(cases.map(refuse));
  other.close();
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "base.env"), "COLOUR=green\n");
  expect((await runProgram({}, folder.path)).errors).toMatch(/COLOUR in base.env is not a setting/);
});

test("[ST4] a data folder that another server uses is refused, and the other goes on", async () => {
  await using folder = await temporaryFolder();
  const first = await startProgram({}, folder.path);
  const { code, errors } = await runProgram({}, folder.path);
  expect(code).toBe(1);
  expect(errors).toMatch(/in use/);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  first.kill("SIGKILL");
  await first.ended;
  const second = await startProgram({}, folder.path);
  second.kill("SIGTERM");
  expect((await second.ended).code).toBe(0);
});

test("[TD8] [MS1] kill -9 in a stream of sends: every acknowledged message is there once, in order, without a gap", async () => {
  await using folder = await temporaryFolder();
  const acknowledged = new Map<string, Message>();
  let cookie = "";
  let room: Room | null = null;
  let program = await startProgram({}, folder.path);
  const ada = await signUp(program.url, "ada");
  cookie = ada.cookie;
  room = await ada.createRoom("Stream");
  for (let round = 0; round < 4; round++) {
    const person = new Person(program.url, ada.user, cookie);
    using socket = await person.connect();
    const sends = Array.from({ length: 1000 }, async (_, n) => {
      const key = `${round}-${n}`;
      acknowledged.set(key, await socket.send(room as Room, `message ${key}`, key));
    });
    const all = Promise.allSettled(sends);
    let acks = 0;
    await socket.find(({ type }) => type === "ack" && ++acks === 300);
    program.kill("SIGKILL");
    await Promise.all([program.ended, all]);
    program = await startProgram({}, folder.path);
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(1200);
  expect(acknowledged.size).toBeLessThan(4000);
  const person = new Person(program.url, ada.user, cookie);
  const kept: Message[] = [];
  for (;;) {
    const { messages } = await person.messages(room, `?after=${kept.at(-1)?.id ?? 0}&limit=100`);
    if (messages.length === 0) break;
    kept.push(...messages);
  }
  expect(kept.map(({ id }) => id)).toEqual(kept.map((_, index) => index + 1));
  expect(new Set(kept.map(({ clientMessageId }) => clientMessageId)).size).toBe(kept.length);
  const byKey = new Map(kept.map((message) => [message.clientMessageId, message]));
  for (const [key, message] of acknowledged) expect(byKey.get(key)).toEqual(message);
  const again = await person.send(room, "sent again", [...acknowledged.keys()][0]);
  expect(again.id).toBe([...acknowledged.values()][0]?.id as number);
  program.kill("SIGTERM");
  await program.ended;
});

async function signUp(url: string, username: string): Promise<Person> {
  const stranger = new Person(url, {} as User, "");
  const answer = await stranger.request<User>("POST", "/api/auth/sign-up", { username, password: "a good password" });
  return new Person(url, answer.body, cookieOf(answer.headers));
}

/** Whatever file system is asked about, it is NFS. */
const onNfs = ["-e", "trace=statfs,fstatfs", "-e", "inject=statfs,fstatfs:poke_exit=@arg2=6969000000000000"];

test.skipIf(!canTrace)(
  `[ST4] a data folder on a network file system is refused, unless that is asked for${unlessTraced}`,
  async () => {
    await using folder = await temporaryFolder();
    const command = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", ...onNfs, process.execPath, main];
    const refusal = await startProgram({}, folder.path, { command }).catch((error: Error) => error.message);
    expect(refusal).toMatch(/is on a network file system.*set PARLEY_DATA/);
    const allowed = await startProgram({ PARLEY_NETWORK_DISK: "allow" }, folder.path, { command });
    allowed.kill("SIGTERM");
    expect((await allowed.ended).code).toBe(0);
  },
);
