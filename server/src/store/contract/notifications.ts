import { beforeEach, describe, expect, test } from "bun:test";
import type { Room, User } from "@parley/protocol/model";
import { type Stage, value } from "./stage.ts";

/** What each engine owes of whom a message reaches while they are away. */
export function notificationsContract(stageOf: () => Stage): void {
  describe("notifications", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    const subscribe = async (user: User) => {
      const session = stage.newSession();
      const passwordHash = `hash of ${user.username}`;
      value(await stage.store.createSession({ userId: user.id, passwordHash, session, keep: 5, at: stage.at }));
      const target = { endpoint: `https://push.example.org/${user.id}`, p256dh: "p", auth: "a", preview: true };
      value(await stage.store.putPushTarget({ sessionId: session.id, userId: user.id, target, at: stage.at }));
    };
    const calling = (room: Room) => stage.store.listCalling({ roomId: room.id, from: 2, to: 4 });

    test("[NO3] of many messages those that name somebody may call, and all where somebody listens to all", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      for (const content of ["@bob one", "two", "@bob three", "four", "@all five"])
        await stage.say(general, ada, content);
      expect(await calling(general)).toEqual([3]);
      await stage.store.putPlace({ roomId: general.id, userId: bob.id, notifyLevel: "all" });
      expect(await calling(general)).toEqual([3]);
      await subscribe(bob);
      expect(await calling(general)).toEqual([2, 3, 4]);
    });

    test("[NO3] in a direct room all may call, once somebody in it has a browser to push to", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.openDirect(ada, bob);
      for (let id = 1; id <= 5; id++) await stage.say(room, ada, "hello");
      expect(await calling(room)).toEqual([]);
      await subscribe(bob);
      expect(await calling(room)).toEqual([2, 3, 4]);
      expect(await calling({ ...room, id: "none" })).toEqual([]);
    });
  });
}
