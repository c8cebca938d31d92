import { expect, test } from "bun:test";
import type { Room, User } from "@parley/protocol/model";
import { cookieOf, Person } from "./harness.ts";
import { main, startProgram, temporaryFolder } from "./program.ts";
import { canTrace, unlessTraced } from "./tracing.ts";

const trace = ["strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf"];

/** From the nth time on that a thread asks for it, the disk says that it could not keep what it was given. */
const failingSyncs = (from: number) => [
  "-e",
  "trace=fsync,fdatasync",
  "-e",
  `inject=fsync,fdatasync:error=EIO:when=${from}+`,
];

test.skipIf(!canTrace)(
  `[ST3] when the disk fails to keep what it was given, the program ends at once, and has acknowledged nothing that is lost${unlessTraced}`,
  async () => {
    await using folder = await temporaryFolder();
    const first = await startProgram({}, folder.path);
    const answer = await new Person(first.url, {} as User, "").request<User>("POST", "/api/auth/sign-up", {
      username: "ada",
      password: "a good password of ada",
    });
    const cookie = cookieOf(answer.headers);
    first.kill("SIGTERM");
    await first.ended;

    const failing = await startProgram({}, folder.path, {
      command: [...trace, ...failingSyncs(40), process.execPath, main],
    });
    const ada = new Person(failing.url, answer.body, cookie);
    const [room] = (await ada.ok<{ rooms: Room[] }>("GET", "/api/rooms")).rooms;
    if (!room) throw new Error("there is no room");
    const acknowledged: string[] = [];
    const say = async (content: string) => {
      const answered = await ada.send(room, content).then(
        () => true,
        () => false,
      );
      if (answered) acknowledged.push(content);
      return answered;
    };
    let asked = performance.now();
    for (let n = 0; await say(`${n}`); n++) asked = performance.now();
    expect((await failing.ended).code).toBe(1);
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(acknowledged.length).toBeLessThan(41);

    const again = await startProgram({}, folder.path);
    const { messages } = await new Person(again.url, answer.body, cookie).messages(room, "?limit=100");
    expect(messages.slice(0, acknowledged.length).map(({ content }) => content)).toEqual(acknowledged);
    expect(messages.length).toBeLessThanOrEqual(acknowledged.length + 1);
    again.kill("SIGTERM");
    expect((await again.ended).code).toBe(0);
  },
  60_000,
);
