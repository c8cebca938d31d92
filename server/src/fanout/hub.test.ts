import { beforeEach, describe, expect, test } from "bun:test";
import type { DeltaFrame } from "@parley/protocol/frames";
import type { Membership, Session, Topic, UserId } from "@parley/protocol/model";
import type { Commit } from "../store/store.ts";
import type { Hub } from "./hub.ts";
import { type Peer, Wire } from "./wire.ts";

let wire: Wire;
let hub: Hub;
let published: Wire["published"];

beforeEach(() => {
  wire = new Wire();
  ({ hub, published } = wire);
});

const connect: Wire["connect"] = (...about) => wire.connect(...about);

function commit(...deltas: readonly DeltaFrame[]): Commit {
  return { deltas } as unknown as Commit;
}

function delta(topic: Topic, to: number, changes: Partial<DeltaFrame> = {}): DeltaFrame {
  const messages = topic.startsWith("room:") ? { messages: [] } : {};
  return { type: "delta", topic, from: to - 1, to, ...messages, ...changes };
}

const at = "2026-11-20T13:57:02.123Z";

function membership(user: UserId, room: string, state: "in" | "left"): Membership {
  const tie = { room, user: { id: user, username: user, displayName: user }, role: "member", joinedAt: at } as const;
  return state === "in" ? tie : { ...tie, leftAt: at };
}

const session = (id: string, revoked: boolean): Session => ({
  id,
  createdAt: at,
  lastSeenAt: at,
  expiresAt: at,
  userAgent: "",
  address: "",
  ...(revoked && { revokedAt: at }),
});

const tos = (peer: Peer) => peer.received.map(({ topic, to }) => `${topic}@${to}`);

describe("delivery", () => {
  test("a delta reaches who follows its topic, and nobody else", () => {
    const ada = connect("UA", { "room:R1": 4 });
    const bob = connect("UB", { "room:R2": 9 });
    hub.publish(commit(delta("room:R1", 5)));
    expect(tos(ada)).toEqual(["room:R1@5"]);
    expect(tos(bob)).toEqual([]);
  });

  test("[TD5] a delta is encoded and published once, whatever the number of its connections", () => {
    for (let each = 0; each < 500; each++) connect(`U${each}`, { "room:R1": 4 });
    let encoded = 0;
    const counted = {
      ...delta("room:R1", 5),
      toJSON() {
        encoded++;
        return delta("room:R1", 5);
      },
    };
    hub.publish(commit(counted));
    expect(encoded).toBe(1);
    expect(published).toEqual([{ topic: "room:R1", text: JSON.stringify(delta("room:R1", 5)) }]);
  });

  test("deltas of a commit are published in its order", () => {
    const ada = connect("UA", { "room:R1": 4, "room:R2": 0 });
    hub.publish(commit(delta("room:R1", 5), delta("room:R2", 1), delta("room:R1", 6)));
    expect(tos(ada)).toEqual(["room:R1@5", "room:R2@1", "room:R1@6"]);
  });

  test("what nobody follows is not even encoded", () => {
    connect("UA", { "room:R1": 0 });
    const untouchable = {
      ...delta("room:R2", 1),
      toJSON() {
        throw new Error("encoded");
      },
    };
    hub.publish(commit(untouchable));
    expect(published).toEqual([]);
  });

  test("[SO11] typing is broadcast as it is, to a topic that somebody follows", () => {
    connect("UA", { "room:R1": 0 });
    hub.broadcast("room:R1", { type: "typing", room: "R1", user: "UB" });
    hub.broadcast("room:R2", { type: "typing", room: "R2", user: "UB" });
    expect(published).toEqual([{ topic: "room:R1", text: '{"type":"typing","room":"R1","user":"UB"}' }]);
  });
});

describe("rights come before delivery", () => {
  test("[SO7] who leaves a room gets nothing of that room from that commit on, and hears of it on their own topic", () => {
    const ada = connect("UA", { "room:R1": 4, "user:UA": 1 });
    const bob = connect("UB", { "room:R1": 4 });
    const left = { memberships: [membership("UA", "R1", "left")] };
    hub.publish(commit(delta("room:R1", 5, left), delta("user:UA", 2, left)));
    hub.publish(commit(delta("room:R1", 6)));
    expect(tos(ada)).toEqual(["user:UA@2"]);
    expect(tos(bob)).toEqual(["room:R1@5", "room:R1@6"]);
  });

  test("[SO7] wherever in the commit the leaving is said", () => {
    const ada = connect("UA", { "room:R1": 4, "user:UA": 1 });
    const left = { memberships: [membership("UA", "R1", "left")] };
    hub.publish(commit(delta("room:R1", 5), delta("room:R1", 6), delta("user:UA", 2, left)));
    expect(tos(ada)).toEqual(["user:UA@2"]);
  });

  test("[SO7] who joins a room gets everything of it from that commit on", () => {
    const ada = connect("UA", { "user:UA": 1 });
    const joined = { memberships: [membership("UA", "R1", "in")] };
    hub.publish(commit(delta("room:R1", 7, joined), delta("user:UA", 2, joined)));
    hub.publish(commit(delta("room:R1", 8)));
    expect(tos(ada)).toEqual(["room:R1@7", "user:UA@2", "room:R1@8"]);
  });

  test("[SO7] who joins and leaves in one commit gets nothing of the room", () => {
    const ada = connect("UA", { "user:UA": 1 });
    const joined = { memberships: [membership("UA", "R1", "in")] };
    const left = { memberships: [membership("UA", "R1", "left")] };
    hub.publish(commit(delta("room:R1", 5, joined), delta("room:R1", 6), delta("room:R1", 7, left)));
    hub.publish(commit(delta("room:R1", 8)));
    expect(tos(ada)).toEqual([]);
    expect(published.map(({ topic }) => topic)).toEqual([]);
    expect(hub.headsOf(ada)).toEqual({ "user:UA": 1 });
  });

  test("[SO7] who leaves and joins again in one commit gets all of it", () => {
    const ada = connect("UA", { "room:R1": 4 });
    const left = { memberships: [membership("UA", "R1", "left")] };
    const joined = { memberships: [membership("UA", "R1", "in")] };
    hub.publish(commit(delta("room:R1", 5, left), delta("room:R1", 6, joined)));
    expect(tos(ada)).toEqual(["room:R1@5", "room:R1@6"]);
  });

  test("[SO7] they hold for all connections of the user, and for nobody else's", () => {
    const phone = connect("UA", { "room:R1": 4 });
    const laptop = connect("UA", { "room:R1": 4 });
    const bob = connect("UB");
    hub.publish(commit(delta("room:R1", 5, { memberships: [membership("UA", "R1", "left")] })));
    expect([phone.topics.size, laptop.topics.size, bob.topics.size]).toEqual([0, 0, 0]);
    hub.publish(commit(delta("room:R1", 6, { memberships: [membership("UA", "R1", "in")] })));
    expect<string[]>([...phone.topics, ...laptop.topics, ...bob.topics]).toEqual(["room:R1", "room:R1"]);
    expect([tos(phone), tos(laptop), tos(bob)]).toEqual([["room:R1@6"], ["room:R1@6"], []]);
  });

  test("a membership that only changed its role changes no right", () => {
    const ada = connect("UA", { "room:R1": 4 });
    const admin: Membership = { ...membership("UA", "R1", "in"), role: "admin" };
    hub.publish(commit(delta("room:R1", 5, { memberships: [admin] })));
    expect(tos(ada)).toEqual(["room:R1@5"]);
    expect(hub.headsOf(ada)).toEqual({ "room:R1": 5 });
  });
});

describe("a room that is gone", () => {
  test("[RM8] says so to its members, and then has none", () => {
    const ada = connect("UA", { "room:R1": 4, "room:R2": 1 });
    const bob = connect("UB", { "room:R1": 4 });
    hub.publish(commit(delta("room:R1", 5, { rooms: [{ id: "R1", gone: true }] })));
    hub.publish(commit(delta("room:R1", 6)));
    expect([tos(ada), tos(bob)]).toEqual([["room:R1@5"], ["room:R1@5"]]);
    expect([...ada.topics]).toEqual(["room:R2"]);
    expect(hub.headsOf(bob)).toEqual({});
  });

  test("[TD6] a room that only others can no longer see goes on for its members", () => {
    const ada = connect("UA", { "room:R1": 4, workspace: 7 });
    hub.publish(commit(delta("workspace", 8, { rooms: [{ id: "R1", gone: true }] })));
    hub.publish(commit(delta("room:R1", 5)));
    expect(tos(ada)).toEqual(["workspace@8", "room:R1@5"]);
  });
});

describe("a session that is revoked", () => {
  test("[AC7] closes its connections with 4001, once they were told, and no other session's", () => {
    const stolen = [connect("UA", { "user:UA": 1 }, "S1"), connect("UA", { "user:UA": 1 }, "S1")];
    const own = connect("UA", { "user:UA": 1 }, "S2");
    hub.publish(commit(delta("user:UA", 2, { sessions: [session("S1", true), session("S2", false)] })));
    for (const peer of stolen) {
      expect(peer.closed).toEqual([{ code: 4001, reason: "signed out" }]);
      expect(tos(peer)).toEqual(["user:UA@2"]);
    }
    expect(own.closed).toEqual([]);
    expect(hub.connections()).toEqual([own]);
    expect(hub.connectionsOf("UA")).toBe(1);
  });
});

describe("the sweep", () => {
  const bounds = { bufferedBytes: 100, quietMs: 20, silentMs: 50 };

  test("[SO9] closes a reader whose buffer is past the limit with 4008, and leaves the others", () => {
    const slow = connect("UA", { "room:R1": 0 });
    const full = connect("UB", { "room:R1": 0 });
    slow.buffered = 101;
    full.buffered = 100;
    hub.sweep(10, bounds);
    expect(slow.closed.map(({ code }) => code)).toEqual([4008]);
    expect([full.closed, full.terminated]).toEqual([[], false]);
  });

  test("[AC6] closes a connection whose session has run out with 4001", () => {
    const ada = connect("UA");
    ada.heardAt = 999;
    hub.sweep(999, bounds);
    expect(ada.closed).toEqual([]);
    hub.sweep(1000, bounds);
    expect(ada.closed.map(({ code }) => code)).toEqual([4001]);
  });

  test("[SO10] ends a peer that is silent for longer than allowed", () => {
    const ada = connect("UA");
    ada.heardAt = 100;
    hub.sweep(150, bounds);
    expect(ada.terminated).toBe(false);
    hub.sweep(151, bounds);
    expect(ada.terminated).toBe(true);
    expect(ada.closed).toEqual([]);
  });

  test("[PS2] asks a peer that is quiet for a sign of life", () => {
    const ada = connect("UA");
    ada.heardAt = 100;
    hub.sweep(120, bounds);
    expect(ada.pinged).toBe(0);
    hub.sweep(121, bounds);
    expect([ada.pinged, ada.terminated]).toEqual([1, false]);
  });

  test("goes on to the last connection, however many it closes on its way", () => {
    const peers = Array.from({ length: 100 }, (_, index) => connect(`U${index}`, { "room:R1": 0 }));
    for (const [index, peer] of peers.entries()) if (index % 3 > 0) peer.buffered = 1000;
    hub.sweep(10, bounds);
    expect(hub.size).toBe(34);
    expect(peers.filter((peer) => peer.closed.length > 0)).toHaveLength(66);
  });
});

describe("presence", () => {
  const frames = (peer: Peer) => peer.sent.map((text) => JSON.parse(text).users);

  test("[PS4] [PS5] reaches only who watches, as one frame with everyone as they are now", () => {
    const ada = connect("UA");
    const bob = connect("UB");
    const cleo = connect("UC");
    hub.watch(ada, ["U1", "U2"]);
    hub.watch(bob, ["U2"]);
    for (const presence of ["online", "away"] as const) hub.onPresence("U1", presence);
    hub.onPresence("U2", "online");
    hub.onPresence("U3", "online");
    hub.tellPresence();
    hub.tellPresence();
    expect(frames(ada)).toEqual([{ U1: "away", U2: "online" }]);
    expect(frames(bob)).toEqual([{ U2: "online" }]);
    expect(frames(cleo)).toEqual([]);
    expect(published).toEqual([]);
  });

  test("[PS4] a new list takes the place of the old one, and a closed connection watches nobody", () => {
    const ada = connect("UA");
    const bob = connect("UB");
    hub.watch(ada, ["U1"]);
    hub.watch(ada, ["U2"]);
    hub.watch(bob, ["U1"]);
    hub.remove(bob);
    hub.watch(bob, ["U2"]);
    for (const user of ["U1", "U2"]) hub.onPresence(user, "online");
    hub.tellPresence();
    expect(frames(ada)).toEqual([{ U2: "online" }]);
    expect(frames(bob)).toEqual([]);
  });
});

describe("heads", () => {
  test("[SO6] are those of all topics of the connection, and of no other", () => {
    const ada = connect("UA", { "room:R1": 4, "user:UA": 2, workspace: 9 });
    connect("UB", { "room:R2": 7, "user:UB": 1, workspace: 9 });
    expect(hub.headsOf(ada)).toEqual({ "room:R1": 4, "user:UA": 2, workspace: 9 });
    hub.publish(commit(delta("room:R1", 5), delta("room:R2", 8), delta("room:R1", 6)));
    expect(hub.headsOf(ada)).toEqual({ "room:R1": 6, "user:UA": 2, workspace: 9 });
  });

  test("[SO6] never go back, even when a connection comes with an older reading", () => {
    const ada = connect("UA", { "room:R1": 4 });
    hub.publish(commit(delta("room:R1", 9)));
    const bob = connect("UB", { "room:R1": 8 });
    expect(hub.headsOf(ada)).toEqual({ "room:R1": 9 });
    expect(hub.headsOf(bob)).toEqual({ "room:R1": 9 });
    hub.publish(commit(delta("room:R1", 3)));
    expect(hub.headsOf(ada)).toEqual({ "room:R1": 9 });
  });

  test("[SO6] of a topic just joined are right from its first commit", () => {
    const ada = connect("UA");
    hub.publish(commit(delta("room:R1", 41, { memberships: [membership("UA", "R1", "in")] })));
    expect(hub.headsOf(ada)).toEqual({ "room:R1": 41 });
  });

  test("are read anew once nobody followed a topic for a while", () => {
    const first = connect("UA", { "room:R1": 4 });
    hub.remove(first);
    hub.publish(commit(delta("room:R1", 5)));
    expect(hub.headsOf(connect("UB", { "room:R1": 5 }))).toEqual({ "room:R1": 5 });
  });
});

describe("the connections", () => {
  test("are counted in all and for each user, and forgotten when removed, twice as well as once", () => {
    const [a, b, c] = [connect("UA", { workspace: 0 }), connect("UA", { workspace: 0 }), connect("UB")];
    expect([hub.size, hub.connectionsOf("UA"), hub.connectionsOf("UB"), hub.connectionsOf("UC")]).toEqual([3, 2, 1, 0]);
    hub.remove(a);
    hub.remove(a);
    expect([hub.size, hub.connectionsOf("UA")]).toEqual([2, 1]);
    expect(hub.headsOf(a)).toEqual({});
    expect(hub.connections()).toEqual([b, c]);
  });

  test("that are removed get no rights any more", () => {
    const ada = connect("UA", { "room:R1": 0 });
    hub.remove(ada);
    ada.topics.clear();
    hub.publish(commit(delta("room:R2", 1, { memberships: [membership("UA", "R2", "in")] })));
    expect([...ada.topics]).toEqual([]);
    expect(published).toEqual([]);
  });
});
