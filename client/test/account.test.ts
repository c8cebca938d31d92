import { expect, test } from "bun:test";
import { ann, ben, general, startWorld, World } from "./harness/start.ts";

test("nobody is signed in: no socket is opened", async () => {
  const world = new World(null);
  expect(world.client.phase()).toBe("loading");
  await world.flush();
  expect(world.client.phase()).toBe("signed-out");
  expect(world.client.workspace().name).toBe("Test");
  expect(world.network.wires).toHaveLength(0);
});

test("sign-in connects and loads; sign-out leaves nothing behind", async () => {
  const world = new World(null);
  await world.flush();
  const wrong = world.client.signIn({ login: "nobody", password: "x" }).catch((error: unknown) => error);
  await world.flush();
  expect(await wrong).toMatchObject({ code: "bad_credentials" });
  const signIn = world.client.signIn({ login: "ann", password: "x" });
  await world.flush();
  expect((await signIn).id).toBe(ann);
  expect(world.client.phase()).toBe("signed-in");
  expect(world.client.me().username).toBe("ann");
  expect(world.client.status()).toEqual({ kind: "online" });
  expect(world.client.rooms()).toHaveLength(1);
  world.client.setDraft(general, "secret");
  const { wire } = world.network;
  const signOut = world.client.signOut();
  await world.flush();
  await signOut;
  expect(world.client.phase()).toBe("signed-out");
  expect(world.client.rooms()).toEqual([]);
  expect(world.client.draft(general)).toBe("");
  expect(world.client.timeline(general).entries()).toEqual([]);
  expect(world.storage.size).toBe(0);
  expect(wire.isOpen).toBe(false);
  await world.pass(60_000);
  expect(world.network.wires).toHaveLength(1);
});

test("a server that cannot be reached is asked again with back-off, or now", async () => {
  const world = new World(ann);
  world.network.isDown = true;
  await world.flush();
  expect(world.client.phase()).toBe("unreachable");
  expect(world.client.status()).toEqual({ kind: "offline", retryAt: world.clock.now() + 500 });
  await world.clock.advance(500);
  await world.flush();
  expect(world.client.status()).toEqual({ kind: "offline", retryAt: world.clock.now() + 1_000 });
  world.network.isDown = false;
  world.client.retryNow();
  world.wake();
  expect(world.client.phase()).toBe("unreachable");
  expect(world.client.status()).toEqual({ kind: "connecting" });
  await world.flush();
  expect(world.client.phase()).toBe("signed-in");
  expect(world.network.wires).toHaveLength(1);
});

test("a client that was closed while it started stays closed", async () => {
  const world = new World(ann);
  world.client.close();
  await world.pass(60_000);
  expect(world.network.wires).toHaveLength(0);
  expect(world.client.phase()).toBe("loading");
});

test("a socket closed with 4001 signs out", async () => {
  const world = await startWorld();
  world.network.signedIn = null;
  world.network.wire.close(4001);
  expect(world.client.phase()).toBe("signed-out");
});

test("a session that ended while offline is noticed although the refused upgrade does not say why", async () => {
  const world = await startWorld();
  world.network.signedIn = null;
  world.network.wire.close(1006);
  await world.pass(2_000);
  expect(world.client.phase()).toBe("signed-out");
});

test("a request that finds nobody signed in signs out", async () => {
  const world = await startWorld();
  world.network.signedIn = null;
  const refused = world.client.listSessions().catch((error: unknown) => error);
  await world.flush();
  expect(await refused).toMatchObject({ code: "not_signed_in" });
  expect(world.client.phase()).toBe("signed-out");
});

test("another user's sign-in in another tab takes over", async () => {
  const world = await startWorld();
  world.network.signedIn = ben;
  world.network.wire.close(1006);
  await world.pass(2_000);
  expect(world.client.phase()).toBe("signed-in");
  expect(world.client.me().id).toBe(ben);
  expect(world.client.status()).toEqual({ kind: "online" });
});

test("drafts survive a reload, for their writer only", async () => {
  const world = await startWorld();
  world.client.setDraft(general, "half a sentence");
  const { Drafts } = await import("../src/state/drafts.ts");
  const storage = {
    getItem: (key: string) => world.storage.get(key) ?? null,
    setItem: () => {
      throw new Error("full");
    },
    removeItem: () => {},
  };
  expect(new Drafts(ann, storage).get(general)).toBe("half a sentence");
  expect(new Drafts(ben, storage).get(general)).toBe("");
  const full = new Drafts(ann, storage);
  full.set(general, "more");
  expect(full.get(general)).toBe("more");
});

test("a new name shows in my record and on messages, mine and others'", async () => {
  const world = await startWorld(({ server }) => {
    server.send(general, ann, "mine");
    server.send(general, ben, "his");
  });
  const edit = world.client.editMe({ displayName: "Ann A." });
  await world.flush();
  expect((await edit).displayName).toBe("Ann A.");
  world.server.rename(ben, "Benjamin");
  await world.flush();
  expect(world.client.me().displayName).toBe("Ann A.");
  expect(world.messages().map(({ author }) => author.displayName)).toEqual(["Ann A.", "Benjamin"]);
  world.server.edit(general, 1, "MINE");
  await world.flush();
  expect(world.messages()[0]).toMatchObject({ content: "MINE", author: { displayName: "Ann A." } });
});
