import { beforeEach, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { User } from "@parley/protocol/model";
import { refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of memberships, roles and direct rooms. */
export function membershipsContract(stageOf: () => Stage): void {
  describe("memberships", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("a join is one change of the room, and tells the user what they joined", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada);
      const head = await stage.head(topicOf(room));
      const before = stage.seen.length;
      const joined = value(await stage.join(room, bob));
      expect(joined).toMatchObject({ id: room.id, memberCount: 2, membership: { role: "member" } });
      const { membership: _, ...shared } = joined;
      const [ofRoom, ofUser, ...others] = stage.seen.slice(before);
      expect(others).toEqual([]);
      expect(ofRoom).toMatchObject({ topic: topicOf(room), from: head, to: head + 1, rooms: [shared], messages: [] });
      expect(ofRoom?.memberships).toMatchObject([{ user: { id: bob.id }, role: "member" }]);
      expect(ofUser).toMatchObject({ topic: topicOf(bob), rooms: [shared] });
      expect(ofUser?.memberships).toEqual(ofRoom?.memberships ?? []);
      expect(value(await stage.join(room, bob))).toEqual(joined);
      expect(stage.seen).toHaveLength(before + 2);
    });

    test("leaving is told to the room and to the user; leaving again changes nothing", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "public", bob);
      const before = stage.seen.length;
      stage.at += 5;
      value(await stage.leave(room, bob));
      const told = stage.seen.slice(before);
      expect(told.map(({ topic }) => topic)).toEqual([topicOf(room), topicOf(bob)]);
      for (const { memberships } of told) {
        expect(memberships).toMatchObject([{ user: { id: bob.id }, leftAt: new Date(stage.at).toISOString() }]);
      }
      expect(told[0]?.rooms).toMatchObject([{ memberCount: 1 }]);
      expect(await stage.roleOf(room, bob)).toBeNull();
      value(await stage.leave(room, bob));
      expect(stage.seen).toHaveLength(before + 2);
    });

    test("of 30 concurrent joins and leaves of one user each is counted right", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada);
      await Promise.all(
        Array.from({ length: 30 }, (_, n) => (n % 3 === 2 ? stage.leave(room, bob) : stage.join(room, bob))),
      );
      const { members } = await stage.store.listMembers({ roomId: room.id, cursor: null, limit: 9 });
      const found = await stage.store.findRoom({ reference: room.id, userId: bob.id });
      expect(found?.room.memberCount).toBe(members.length);
    });

    test("a departing owner hands over to the longest-standing admin, else member", async () => {
      const [ada, bob, cleo] = await stage.cast("ada", "bob", "cleo");
      const room = await stage.createRoom(ada, "private", bob, cleo);
      value(await stage.leave(room, bob));
      const { code } = await stage.invite(room, ada);
      value(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }));
      // Bob was in before Cleo, but not all the time since.
      const told = await stage.during(topicOf(room), () => stage.leave(room, ada));
      expect(await stage.roleOf(room, cleo)).toBe("owner");
      expect(told.flatMap(({ memberships }) => memberships).at(-1)).toMatchObject({
        user: { id: cleo.id },
        role: "owner",
      });
      expect(stage.seen.filter(({ topic }) => topic === topicOf(cleo)).at(-1)?.memberships).toMatchObject([
        { role: "owner" },
      ]);
    });

    test("[RM4] nobody who is deactivated takes a room over while there is anyone else", async () => {
      const [ada, bob, cleo] = await stage.cast("ada", "bob", "cleo");
      const room = await stage.createRoom(ada, "private", bob, cleo);
      value(await stage.store.deactivateUser(await stage.actOn(bob)));
      value(await stage.leave(room, ada));
      expect(await stage.roleOf(room, cleo)).toBe("owner");
      value(await stage.leave(room, cleo));
      expect((await stage.store.listMembers({ roomId: room.id, cursor: null, limit: 9 })).members).toMatchObject([
        { user: { id: bob.id }, role: "owner" },
      ]);
    });

    test("an owner who leaves and returns is a member; the last to leave leaves an empty room", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "public", bob);
      value(await stage.leave(room, ada));
      stage.at += 5;
      expect(value(await stage.join(room, ada)).membership).toMatchObject({
        role: "member",
        joinedAt: new Date(stage.at).toISOString(),
      });
      expect(await stage.roleOf(room, bob)).toBe("owner");
      value(await stage.leave(room, bob));
      value(await stage.leave(room, ada));
      expect(await stage.store.findRoom({ reference: room.id, userId: null })).toMatchObject({
        room: { memberCount: 0 },
      });
    });

    test("[RM14] members are listed by user name in pages", async () => {
      const names = ["dan", "Ada", "cleo", "Bob", "_eve"];
      const users: User[] = [];
      for (const name of names) users.push(await stage.signUp(name));
      const { id: roomId } = await stage.general();
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await stage.store.listMembers({ roomId, cursor, limit: 2 });
        expect(page.members.length).toBeLessThanOrEqual(2);
        seen.push(...page.members.map(({ user }) => user.username));
        cursor = page.cursor;
      } while (cursor !== null);
      expect(seen).toEqual(["_eve", "Ada", "Bob", "cleo", "dan"]);
      expect((await stage.store.listMembers({ roomId, cursor: null, limit: 5 })).cursor).toBeNull();
    });

    test("[RM14] members are found by their names, whoever is called so elsewhere", async () => {
      const users: User[] = [];
      for (const name of ["ada", "adam", "bo.adams", "cyd", "zed"]) users.push(await stage.signUp(name));
      const [owner, , , cyd, zed] = users;
      if (!owner || !cyd || !zed) throw new Error("not everyone is here");
      const { id: roomId } = await stage.createRoom(owner, "public", ...users.slice(2));
      await stage.store.putUser({ userId: cyd.id, displayName: "Zoë Ádamsdóttir" });
      const find = async (query: string, cursor: string | null = null, limit = 9) => {
        const page = await stage.store.listMembers({ roomId, query, cursor, limit });
        return [page.members.map(({ user }) => user.username), page.cursor];
      };
      expect(await find("ADA")).toEqual([["ada", "bo.adams", "cyd"], null]);
      expect(await find("ada", null, 2)).toEqual([["ada", "bo.adams"], "bo.adams"]);
      expect(await find("ada", "bo.adams", 2)).toEqual([["cyd"], null]);
      expect(await find("zoe ad")).toEqual([["cyd"], null]);
      expect(await find("z")).toEqual([["cyd", "zed"], null]);
      expect(await find("dam")).toEqual([[], null]);
      expect(await find("%")).toEqual([[], null]);
      expect(await find(" ")).toEqual([["ada", "bo.adams", "cyd", "zed"], null]);
      value(await stage.store.removeMembership({ roomId, userId: zed.id, at: stage.at }));
      expect(await find("zed")).toEqual([[], null]);
    });

    test("[RM10] [RM11] [RM12] roles and removals are numbered like everything else, whoever acts at once", async () => {
      const [ada, bob, cyd] = await stage.cast("ada", "bob", "cyd");
      const room = await stage.createRoom(bob, "private", ada, cyd);
      const { code } = await stage.invite(room, bob);
      const put = (by: User, member: User, role: "owner" | "admin" | "member") =>
        stage.store.putRole({ roomId: room.id, userId: by.id, member: member.id, role, address: null, at: stage.at });
      const told = await stage.during(topicOf(room), async () => value(await put(bob, cyd, "owner")));
      expect(told).toHaveLength(1);
      expect(await Promise.all([ada, bob, cyd].map((user) => stage.roleOf(room, user)))).toEqual([
        "member",
        "admin",
        "owner",
      ]);
      expect(refusal(await put(bob, ada, "owner"))).toBe("not_allowed");
      const removal = { roomId: room.id, userId: cyd.id, member: "BOB", address: null, at: stage.at };
      const removed = await Promise.all([stage.store.removeMember(removal), stage.store.removeMember(removal)]);
      expect(removed.map(({ ok }) => ok)).toEqual([true, false]);
      expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("invite_unusable");
      const fresh = await stage.invite(room, cyd);
      value(await stage.store.redeemInvite({ code: fresh.code, userId: bob.id, at: stage.at }));
      expect(await stage.roleOf(room, bob)).toBe("member");
    });

    test("[AU1] the workspace is changed by who still is what was decided on, and a refusal is not written down", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const late = { by: { userId: bob.id, role: "admin", address: null }, at: stage.at } as const;
      expect(refusal(await stage.store.putWorkspace({ name: "Bob's", ...late }))).toBe("not_allowed");
      expect(refusal(await stage.store.putPicture({ file: null, ...late }))).toBe("not_allowed");
      expect(await stage.recorded()).toEqual([]);
      const by = { userId: ada.id, role: "owner", address: null } as const;
      value(await stage.store.putWorkspace({ name: "Ada's", by, at: stage.at }));
      expect(await stage.recorded()).toHaveLength(1);
    });

    test("[RM13] an archived room takes nothing in, whatever its callers have checked", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "public", bob);
      const message = await stage.say(room, bob, "hello");
      value(await stage.react(room, message.id, bob, "👋"));
      const { code } = await stage.invite(room, ada);
      value(await stage.putRoom(room, { archived: true }));
      expect(refusal(await stage.trySay(room, bob, "more"))).toBe("room_archived");
      expect(refusal(await stage.edit(room, message.id, bob, "other"))).toBe("room_archived");
      expect(refusal(await stage.react(room, message.id, bob, "👍"))).toBe("room_archived");
      expect(refusal(await stage.unreact(room, message.id, bob, "👋"))).toBe("room_archived");
      expect(value(await stage.join(room, bob))).toMatchObject({ id: room.id, membership: { role: "member" } });
      value(await stage.leave(room, bob));
      expect(refusal(await stage.join(room, bob))).toBe("room_archived");
      expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("invite_unusable");
      expect(refusal(await stage.trySignUp("cyd", { invite: code }))).toBe("invite_unusable");
      const general = await stage.general();
      expect(refusal(await stage.putRoom(general, { archived: true }))).toBe("not_allowed");
      value(await stage.putRoom(room, { archived: false }));
      value(await stage.join(room, bob));
    });

    test("[DR1] of many who open a direct room of the same people at once, all get one, and each is told once", async () => {
      const [ada, bob, cyd] = await stage.cast("ada", "bob", "cyd");
      const told = await stage.during(topicOf(cyd), async () => {
        const opened = await Promise.all(
          [ada, bob, cyd, ada, bob].map((user) => stage.tryOpenDirect(user, ada.id, "BOB", cyd.id, "cyd")),
        );
        const results = opened.map(value);
        expect(new Set(results.map(({ room }) => room.id)).size).toBe(1);
        expect(results.map(({ created }) => created)).toEqual([true, false, false, false, false]);
        expect(results[1]?.room).toMatchObject({ kind: "direct", memberCount: 3, membership: { role: "member" } });
      });
      expect(told.flatMap(({ rooms }) => rooms ?? [])).toHaveLength(1);
      expect(refusal(await stage.tryOpenDirect(ada, "nobody"))).toBe("not_found");
    });

    test("[DR3] a direct room keeps its people, and is found with them everywhere", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.openDirect(ada, bob);
      const { id } = room;
      expect(refusal(await stage.leave(room, bob))).toBe("not_allowed");
      expect(refusal(await stage.putRoom(room, { name: "Ours" }))).toBe("not_allowed");
      expect(refusal(await stage.removeRoom(room))).toBe("not_allowed");
      await stage.say(room, bob, "hello");
      const users = [ada, bob].map(({ username }) => ({ username }));
      const listed = (await stage.store.listRooms({ userId: bob.id })).rooms.find((each) => each.id === id);
      const found = await stage.store.findRoom({ reference: id.toLowerCase(), userId: ada.id });
      for (const each of [room, listed, found?.room]) expect(each).toMatchObject({ kind: "direct", users });
      expect(listed?.lastMessageAt).toBe(new Date(stage.at).toISOString());
    });

    test("[DR5] who puts a direct room away is told alone, and opening it takes it out again", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.openDirect(ada, bob);
      await stage.say(room, ada, "hello");
      const hide = (hiddenUpTo: number | null) => stage.store.putPlace({ roomId: room.id, userId: bob.id, hiddenUpTo });
      const chosen = { notifyLevel: "all", hiddenUpTo: 1 };
      const told = await stage.during(topicOf(bob), async () => {
        expect(value(await hide(1))).toMatchObject({ ...chosen, unread: 1 });
      });
      expect(told).toMatchObject([{ levels: [{ room: room.id, ...chosen }] }]);
      expect(await stage.during(topicOf(bob), () => hide(1))).toEqual([]);
      value(await stage.store.putPlace({ roomId: room.id, userId: bob.id, notifyLevel: "none" }));
      expect(await stage.place(room, bob)).toMatchObject({ notifyLevel: "none", hiddenUpTo: 1 });
      expect(await stage.place(room, ada)).not.toHaveProperty("hiddenUpTo");

      await stage.openDirect(ada, bob);
      expect(await stage.place(room, bob)).toMatchObject({ hiddenUpTo: 1 });
      const opened = await stage.during(topicOf(bob), () => stage.openDirect(bob, ada));
      expect(opened).toMatchObject([{ levels: [{ room: room.id, notifyLevel: "none" }] }]);
      expect(opened[0]?.levels?.[0]).not.toHaveProperty("hiddenUpTo");
      expect(await stage.place(room, bob)).not.toHaveProperty("hiddenUpTo");
    });

    test("[RM9] nobody is in more rooms than allowed", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada);
      const { code } = await stage.invite(room, ada);
      const outcomes = await Promise.all(
        Array.from({ length: limits.roomsPerUser + 5 }, () => stage.tryCreateRoom(bob)),
      );
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(limits.roomsPerUser - 1);
      expect(refusal(await stage.join(room, bob))).toBe("limit_reached");
      expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("limit_reached");
      expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toMatchObject({
        invite: { uses: 0 },
      });
      value(await stage.leave(await stage.general(), bob));
      value(await stage.join(room, bob));
    });
  });
}
