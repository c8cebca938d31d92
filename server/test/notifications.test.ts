import { expect, test } from "bun:test";
import type { Push } from "@parley/protocol/http/notifications";
import type { Room, User } from "@parley/protocol/model";
import { cookieOf, Person } from "./harness.ts";
import { explain, settled, startWithPush } from "./push-service.ts";

test("[NO2] the server's keys are made once, also when many ask at once, and outlive a restart", async () => {
  await using cast = await startWithPush();
  const people = [cast.ada, cast.lin, cast.sam, cast.noor];
  const asked = await Promise.all(people.map((person) => person.ok<Push>("GET", "/api/push")));
  const keys = new Set(asked.map(({ publicKey }) => publicKey));
  expect(keys.size).toBe(1);
  expect(Buffer.from([...keys][0] ?? "", "base64url")).toHaveLength(65);
  await cast.server.restart();
  expect(await cast.ada.ok<Push>("GET", "/api/push")).toMatchObject({ publicKey: [...keys][0], subscribed: false });
});

test("[NO3] a message that calls someone is pushed to their browsers, which alone can read it", async () => {
  await using cast = await startWithPush();
  const { ada, lin, noor, general } = cast;
  const browser = await cast.subscribe(lin);
  const stranger = await cast.subscribe(noor);
  const room = await ada.createRoom("Boats", "private");
  await ada.bring(lin, room);
  await ada.send(room, "the harbour opens");
  const called = await ada.send(room, "@lin the canary\nsails");
  expect(await browser.next()).toEqual({
    title: "Ada Lindqvist in Boats",
    body: "@lin the canary sails",
    tag: room.id,
    url: `/rooms/${room.slug}#m${called.id}`,
  });
  expect(await explain(lin, room, called.id)).toMatchObject({ alerts: true, reason: "mentioned" });
  // What came after proves that nothing came before it, nor to anyone else.
  await ada.send(general, "@noor hello");
  await stranger.next();
  expect(browser.received).toHaveLength(1);
  expect(JSON.stringify(stranger.received)).not.toContain("canary");
  expect([...browser.refused, ...stranger.refused]).toEqual([]);
});

test("[NO3] a browser that may not be told the words gets none", async () => {
  await using cast = await startWithPush();
  const browser = await cast.subscribe(cast.lin, false);
  await cast.ada.send(cast.general, "@lin the canary");
  expect(await browser.next()).toMatchObject({ title: "Ada Lindqvist in general", body: "New message" });
});

test("[NO4] who is removed, has muted the room, has read the message or has signed out is not told", async () => {
  await using cast = await startWithPush();
  const { server, ada, lin, sam, noor, general } = cast;
  const gone = await server.signUp("gone");
  const witness = await cast.subscribe(sam);
  const browsers = await Promise.all([lin, noor, gone].map((person) => cast.subscribe(person)));
  const { id } = await ada.send(general, "@lin @noor @gone @sam the canary");
  await noor.ok("DELETE", `/api/rooms/${general.id}/membership`);
  await lin.ok("PUT", `/api/rooms/${general.id}/receipt`, { upTo: id });
  await gone.ok("POST", "/api/auth/sign-out");
  const told = await settled(sam, general, id);
  expect(browsers.map(({ received }) => received)).toEqual([[], [], []]);
  expect(told).toMatchObject({ alerts: true, reason: "mentioned", outcome: "pushed", devices: 1 });
  expect(witness.received).toHaveLength(1);
  expect(await noor.refusal("GET", `/api/rooms/${general.id}/messages/${id}/notification`)).toBe("not_found");
  await lin.ok("PATCH", `/api/rooms/${general.id}/membership`, { notifyLevel: "none" });
  const muted = await ada.send(general, "@lin @sam again");
  await settled(sam, general, muted.id);
  expect(browsers[0]?.received).toEqual([]);
  expect(await explain(lin, general, muted.id)).toMatchObject({ alerts: false, reason: "muted" });
});

test("[NO4] [AX3] who is removed while others are being told is not told either", async () => {
  await using cast = await startWithPush();
  const { server, ada, lin, noor, general } = cast;
  // As many browsers as are pushed to at once stand before the last one, in the order of ids.
  const [first, last] = lin.user.id < noor.user.id ? [lin, noor] : [noor, lin];
  const login = first.user.username;
  const signIn = async () => {
    const body = { login, password: `a good password of ${login}` };
    const { body: user, headers } = await server.stranger.request<User>("POST", "/api/auth/sign-in", body);
    return new Person(server.url, user, cookieOf(headers));
  };
  const sessions = await Promise.all(Array.from({ length: 16 }, signIn));
  const browsers = await Promise.all(sessions.map((session) => cast.subscribe(session)));
  const late = await cast.subscribe(last);
  const held = cast.service.hold(browsers.length);
  const { id } = await ada.send(general, "@lin @noor the canary");
  const release = await held;
  await ada.ok("DELETE", `/api/rooms/${general.id}/members/${last.user.id}`);
  server.clock.advance(1000);
  release();
  expect(await settled(first, general, id)).toMatchObject({ outcome: "pushed", devices: 16 });
  expect(browsers.map(({ received }) => received.length)).toEqual(browsers.map(() => 1));
  expect(late.received).toEqual([]);
});

test("[NO5] a browser that is gone is forgotten; one that fails is tried with the next message", async () => {
  await using cast = await startWithPush();
  const { ada, lin, sam, general } = cast;
  const [gone, failing] = [await cast.subscribe(lin), await cast.subscribe(sam)];
  gone.status = 410;
  failing.status = 500;
  const { id } = await ada.send(general, "@lin @sam hello");
  expect((await settled(sam, general, id)).outcome).toBe("failed");
  expect((await lin.ok<Push>("GET", "/api/push")).subscribed).toBe(false);
  expect((await sam.ok<Push>("GET", "/api/push")).subscribed).toBe(true);
  failing.status = 201;
  await ada.send(general, "@sam again");
  expect(await failing.next()).toMatchObject({ body: "@sam again" });
});

test("[NO6] the explanation is the one reason that decides", async () => {
  await using cast = await startWithPush();
  const { ada, lin, general } = cast;
  const plain = await ada.send(general, "good morning");
  expect(await explain(lin, general, plain.id)).toEqual({ alerts: false, reason: "not_mentioned", devices: 0 });
  expect(await explain(ada, general, plain.id)).toMatchObject({ alerts: false, reason: "own" });
  await lin.ok("PATCH", `/api/rooms/${general.id}/membership`, { notifyLevel: "all" });
  expect(await explain(lin, general, plain.id)).toEqual({ alerts: true, reason: "all", devices: 0 });
  const direct = await ada.ok<Room>("POST", "/api/direct-rooms", { users: ["lin"] });
  const { id } = await ada.send(direct, "just us");
  expect(await explain(lin, direct, id)).toMatchObject({ alerts: true, reason: "direct" });
  expect(await lin.refusal("GET", `/api/rooms/${general.id}/messages/99/notification`)).toBe("not_found");
});

test("[NO7] the server calls nothing but push services, and pushes to a session's own browser alone", async () => {
  await using cast = await startWithPush();
  const { ada, lin, general } = cast;
  const { endpoint, keys } = cast.service.subscribe((await lin.ok<Push>("GET", "/api/push")).publicKey);
  const wrong = [
    "https://127.0.0.1/push",
    "https://example.org/push",
    "http://fcm.googleapis.com/push",
    "https://fcm.googleapis.com:8443/push",
    "https://user@fcm.googleapis.com/push",
    "https://fcm.googleapis.com.example.org/push",
    "https://evilpush.apple.com.example.org/",
    "file:///etc/passwd",
    "nonsense",
  ];
  for (const address of wrong) {
    expect([address, await lin.refusal("PUT", "/api/push", { endpoint: address, keys })]).toEqual([address, "invalid"]);
  }
  expect(await lin.refusal("PUT", "/api/push", { endpoint, keys: { ...keys, auth: "short" } })).toBe("invalid");
  expect(await lin.refusal("PUT", "/api/push", { endpoint })).toBe("invalid");
  expect((await cast.server.stranger.request("GET", "/api/push")).status).toBe(401);
  expect(await lin.refusal("POST", "/api/push/test")).toBe("not_found");
  // Who names another's address takes it over: one browser has one reader.
  const browser = await cast.subscribe(lin);
  await ada.ok("PUT", "/api/push", { endpoint: browser.endpoint, keys: browser.keys });
  expect((await lin.ok<Push>("GET", "/api/push")).subscribed).toBe(false);
  expect(await ada.ok("POST", "/api/push/test")).toEqual({ outcome: "sent" });
  expect(await browser.next()).toMatchObject({ title: "Parley", tag: "test" });
  await ada.ok("DELETE", "/api/push");
  expect(await ada.refusal("POST", "/api/push/test")).toBe("not_found");
  expect((await ada.send(general, "@lin still here")).id).toBe(1);
});
