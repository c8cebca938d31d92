import { beforeEach, describe, expect, test } from "bun:test";
import type { Attachment, Room, User } from "@parley/protocol/model";
import { refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of files. */
export function filesContract(stageOf: () => Stage): void {
  describe("files", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    const attachTo = (room: Room, author: User, ...ids: readonly string[]) =>
      stage.trySay(room, author, "", { attachments: ids });

    test("[FI3] files come with their message in one change, and go with it", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private", bob);
      const [one, two] = [await stage.upload(room, ada), await stage.upload(room, ada)];
      const told = await stage.during(topicOf(room), () => attachTo(room, ada, two.id, one.id));
      expect(told.flatMap(({ messages }) => messages)).toMatchObject([{ id: 1, attachments: [two, one] }]);
      const edited = value(await stage.edit(room, 1, ada, "with words"));
      expect(edited.attachments).toEqual([two, one]);
      expect((await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 5 })).messages).toEqual([edited]);
      expect(await stage.store.findFile({ id: one.id, userId: bob.id })).toMatchObject({ pending: false });
      expect(value(await stage.remove(room, 1, ada))).not.toHaveProperty("attachments");
      expect(await stage.store.findFile({ id: one.id, userId: ada.id })).toBeNull();
      expect(await stage.store.listRemovedFiles({ after: "", limit: 10 })).toEqual([one.id, two.id]);
    });

    test("[FI3] of a message that cannot have all its files nothing is done", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      const [mine, bobs] = [await stage.upload(general, ada), await stage.upload(general, bob)];
      expect(refusal(await attachTo(general, ada, mine.id, bobs.id))).toBe("invalid");
      const { id, outcome } = await stage.tryUpload(ada, { room: general });
      value(outcome);
      expect(refusal(await attachTo(general, ada, id))).toBe("invalid");
      expect(value(await attachTo(general, ada, mine.id)).message).toMatchObject({ id: 1, attachments: [mine] });
      expect(refusal(await attachTo(general, ada, mine.id))).toBe("invalid");
    });

    test("[FI3] a message without files costs as many statements as ever, one with ten costs one more", async () => {
      const [ada] = await stage.cast("ada");
      const general = await stage.general();
      const files: Attachment[] = [];
      for (let count = 0; count < 10; count++) files.push(await stage.upload(general, ada));
      const cost = async (ids: readonly string[]) => {
        const before = stage.engine.statements();
        value(await attachTo(general, ada, ...ids));
        return stage.engine.statements() - before;
      };
      const plain = await cost([]);
      expect(await cost(files.map(({ id }) => id))).toBe(plain + 1);
    });

    test("[FI2] quotas count what is claimed, and get back what is dropped", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      const quota = { pendingBytes: 200, userBytes: 300, workspaceBytes: 350 };
      const claim = async (user: User, bytes: number) => {
        const { id, outcome } = await stage.tryUpload(user, { room: general, bytes, quota });
        return outcome.ok ? id : outcome.refusal;
      };
      const first = await claim(ada, 200);
      expect(await claim(ada, 1)).toBe("limit_reached");
      // Less came than was claimed, and then it is on a message.
      value(await stage.store.finishUpload({ id: first, facts: stage.facts(150) }));
      value(await attachTo(general, ada, first));
      expect(await claim(ada, 151)).toBe("limit_reached");
      const second = await claim(ada, 150);
      expect(await claim(bob, 51)).toBe("limit_reached");
      expect(await claim(bob, 50)).toStartWith("F");
      await stage.store.dropFile({ id: second });
      // What is kept is not dropped by mistake.
      await stage.store.dropFile({ id: first });
      expect(await claim(ada, 151)).toBe("limit_reached");
      expect(await claim(ada, 150)).toStartWith("F");
    });

    test("[AD11] what is stored is counted by what it is for and by whose it is, until it is dropped", async () => {
      const [ada, bob, cyn] = await stage.cast("ada", "bob", "cyn");
      const general = await stage.general();
      const stored = async () => (await stage.store.getOverview({ at: stage.at })).files;
      const none = { count: 0, bytes: 0 };
      expect(await stored()).toEqual({ attachment: none, avatar: none, picture: none });
      const small = await stage.upload(general, ada, 60);
      await stage.upload(general, ada, 40);
      await stage.upload(general, bob, 100);
      const { id: waiting } = await stage.tryUpload(cyn, { room: general, bytes: 500 });
      const square = await stage.tryUpload(bob, { purpose: "avatar", bytes: 100 });
      value(await stage.store.putAvatar({ userId: bob.id, file: { id: square.id, facts: stage.facts(7) } }));
      expect(await stored()).toMatchObject({ attachment: { count: 4, bytes: 700 }, avatar: { count: 1, bytes: 7 } });
      await stage.store.dropFile({ id: waiting });
      value(await stage.store.removeUpload({ id: small.id, userId: ada.id }));
      expect((await stored()).attachment).toEqual({ count: 3, bytes: 200 });
      await stage.store.dropFile({ id: small.id });
      expect((await stored()).attachment).toEqual({ count: 2, bytes: 140 });
      const list = (cursor: string | null, limit: number) => stage.store.listStorage({ cursor, limit });
      expect((await list(null, 10)).items.map(({ user, bytes }) => [user.username, bytes])).toEqual([
        ["bob", 107],
        ["ada", 40],
      ]);
      await stage.upload(general, cyn, 40);
      const all = await list(null, 3);
      expect(all).toMatchObject({ items: [{ bytes: 107 }, { bytes: 40 }, { bytes: 40 }], cursor: null });
      const first = await list(null, 2);
      const rest = await list(first.cursor, 2);
      expect([...first.items, ...rest.items]).toEqual([...all.items]);
      expect(rest.cursor).toBeNull();
    });

    test("[FI4] rights are asked again when an upload ends", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private", bob);
      const { id, outcome } = await stage.tryUpload(bob, { room });
      value(outcome);
      value(await stage.leave(room, bob));
      expect(refusal(await stage.store.finishUpload({ id, facts: stage.facts(1) }))).toBe("not_found");
      expect(refusal((await stage.tryUpload(bob, { room })).outcome)).toBe("not_found");
    });

    test("[FI6] what waits too long is removed, received or not, and so is what a removed room had", async () => {
      const [ada] = await stage.cast("ada");
      const room = await stage.createRoom(ada);
      const { id: half } = await stage.tryUpload(ada, { room });
      const [late, kept] = [await stage.upload(room, ada), await stage.upload(room, ada)];
      value(await attachTo(room, ada, kept.id));
      const removed = () => stage.store.listRemovedFiles({ after: "", limit: 10 });
      expect(await stage.store.expireUploads({ before: stage.at, limit: 10 })).toBe(false);
      expect(await removed()).toEqual([]);
      expect(await stage.store.expireUploads({ before: stage.at + 1, limit: 1 })).toBe(true);
      expect(await stage.store.expireUploads({ before: stage.at + 1, limit: 10 })).toBe(false);
      expect(await removed()).toEqual([half, late.id]);
      value(await stage.removeRoom(room));
      while (await stage.store.purgeRooms({ limit: 100 }));
      expect(await removed()).toEqual([half, late.id, kept.id]);
      for (const id of await removed()) await stage.store.dropFile({ id });
      expect(await removed()).toEqual([]);
    });

    test("[AV2] an avatar is told to the workspace and to oneself, and takes the place of the one before", async () => {
      const [ada] = await stage.cast("ada");
      const put = async () => {
        const { id, outcome } = await stage.tryUpload(ada, { purpose: "avatar" });
        value(outcome);
        return value(await stage.store.putAvatar({ userId: ada.id, file: { id, facts: stage.facts(10) } }));
      };
      const first = await put();
      const told = await stage.during("workspace", put);
      const now = told.at(-1)?.users?.[0];
      expect(now?.avatar).not.toBe(first.avatar);
      expect(await stage.store.findUser({ reference: ada.id })).toMatchObject({ avatar: now?.avatar });
      expect(await stage.store.hasPicture({ id: now?.avatar ?? "", purpose: "avatar" })).toBe(true);
      expect(await stage.store.hasPicture({ id: first.avatar ?? "", purpose: "avatar" })).toBe(false);
      expect(await stage.store.listRemovedFiles({ after: "", limit: 10 })).toEqual([first.avatar ?? ""]);
      expect(value(await stage.store.putAvatar({ userId: ada.id, file: null }))).not.toHaveProperty("avatar");
      expect(await stage.during("workspace", () => stage.store.putAvatar({ userId: ada.id, file: null }))).toEqual([]);
    });
  });
}
