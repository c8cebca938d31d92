import { expect, test } from "bun:test";
import type { Problem } from "@parley/protocol/errors";
import type { Room, User } from "@parley/protocol/model";
import { cookieOf, Person, type TestSocket } from "./harness.ts";
import { main, startProgram, temporaryFolder } from "./program.ts";

test("[LM3] when descriptors run out those who are connected go on, others are told, and get in once there are some again", async () => {
  await using folder = await temporaryFolder();
  const program = await startProgram({}, folder.path, {
    command: ["sh", "-c", `ulimit -n 256 && exec '${process.execPath}' '${main}'`],
  });
  const answer = await new Person(program.url, {} as User, "").request<User>("POST", "/api/auth/sign-up", {
    username: "ada",
    password: "a good password of ada",
  });
  const ada = new Person(program.url, answer.body, cookieOf(answer.headers));
  const [room] = (await ada.ok<{ rooms: Room[] }>("GET", "/api/rooms")).rooms;
  if (!room) throw new Error("there is no room");
  const first = await ada.connect();
  const crowd: TestSocket[] = Array.from({ length: 400 }, () => ada.openSocket());
  // Each is let in or refused, and nobody is kept waiting.
  const isIn = await Promise.all(
    crowd.map((socket) =>
      socket.welcome().then(
        () => true,
        () => false,
      ),
    ),
  );
  expect(isIn.filter(Boolean)).toHaveLength(256 - 64 - 1);

  expect((await first.send(room, "still here")).id).toBe(1);
  const refused = await ada.request<Problem>("GET", "/api/socket");
  expect(refused).toMatchObject({ status: 503, body: { code: "unavailable" } });

  for (const socket of crowd) socket.close();
  const late = await ada.connect();
  expect((await late.send(room, "in again")).id).toBe(2);
  program.kill("SIGTERM");
  expect((await program.ended).code).toBe(0);
}, 60_000);
