import { expect, test } from "bun:test";
import { ann, ben, general, startWorld } from "./harness/start.ts";

test("[PF1] a new name, picture or status of someone is seen wherever they are, at once", async () => {
  const world = await startWorld(({ server }) => void server.send(general, ben, "Hello"));
  const [entry] = world.entries();
  expect(world.client.knownUser(ben)).toBeUndefined();
  world.server.change(ben, { avatar: "F1", status: "At sea" });
  await world.flush();
  expect(entry?.message().author).toEqual({ id: ben, username: "ben", displayName: "ben", avatar: "F1" });
  expect(world.client.person({ id: ben, username: "ben", displayName: "ben" }).avatar).toBe("F1");
  expect(world.client.knownUser(ben)?.status).toBe("At sea");
  world.server.change(ben, { avatar: undefined, status: undefined });
  await world.flush();
  expect(entry?.message().author).not.toHaveProperty("avatar");
  expect(world.client.knownUser(ben)).not.toHaveProperty("status");
});

test("one's own status goes when it is taken away elsewhere", async () => {
  const world = await startWorld();
  world.server.change(ann, { status: "Here" });
  await world.flush();
  expect(world.client.me()).toMatchObject({ status: "Here" });
  world.server.change(ann, { status: undefined });
  await world.flush();
  expect(world.client.me()).not.toHaveProperty("status");
});

test("[EM6] what only I am told of myself stays when the workspace is told of me", async () => {
  const world = await startWorld();
  const own = { email: "ann@example.org", emailVerified: true, pendingEmail: "ann@example.com", sharesReceipts: false };
  world.server.change(ann, own);
  await world.flush();
  expect(world.client.me()).toMatchObject(own);
  world.server.change(ann, { pendingEmail: undefined, status: "Here" });
  await world.flush();
  expect(world.client.me()).toMatchObject({ email: "ann@example.org", emailVerified: true, status: "Here" });
  expect(world.client.me()).not.toHaveProperty("pendingEmail");
});
