import { expect, test } from "bun:test";
import { testCluster } from "../src/store/postgres/test-cluster.ts";
import { Person } from "./harness.ts";
import { runAdmin, startProgram, temporaryFolder } from "./program.ts";

test("the program runs on PostgreSQL, is killed and started again; the command line works when it is stopped", async () => {
  await using database = await (await testCluster()).createDatabase("");
  await using folder = await temporaryFolder();
  const environment = { DATABASE_URL: database.url };
  const none = await runAdmin(["people"], environment, folder.path);
  expect([none.code, none.errors]).toEqual([1, expect.stringContaining("no workspace in the database")]);

  const first = await startProgram(environment, folder.path);
  const stranger = (url: string) => new Person(url, {} as never, "");
  const account = { username: "ada", password: "a good password of ada" };
  const signedUp = await stranger(first.url).request("POST", "/api/auth/sign-up", account);
  expect(signedUp.status).toBe(201);
  const cookie = (signedUp.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const sent = await new Person(first.url, {} as never, cookie).ok<{ id: number }>(
    "POST",
    "/api/rooms/general/messages",
    { content: "kept" },
  );
  const running = await runAdmin(["people"], environment, folder.path);
  expect([running.code, running.errors]).toEqual([1, expect.stringContaining("running on the database")]);
  first.kill("SIGKILL");
  await first.ended;

  const second = await startProgram(environment, folder.path);
  const { messages } = await new Person(second.url, {} as never, cookie).ok<{ messages: readonly unknown[] }>(
    "GET",
    "/api/rooms/general/messages",
  );
  expect(messages).toMatchObject([{ id: sent.id, content: "kept" }]);
  second.kill("SIGTERM");
  expect((await second.ended).code).toBe(0);

  const people = await runAdmin(["people"], environment, folder.path);
  expect([people.code, people.output]).toEqual([0, expect.stringContaining("ada\towner")]);
});
