import { test } from "bun:test";
import type { Room, User } from "@parley/protocol/model";
import * as fc from "fast-check";
import { expectConvergence } from "./convergence.ts";
import { type Engine, operator, Stage } from "./stage.ts";
import { expectCounts } from "./unread.ts";

/** What each engine owes whatever people do at once: random histories, each on a stage of its own. */
export function historiesContract(createEngine: () => Promise<Engine>): void {
  test("[UN3] whatever people do at once, every view of it converges, and every count is what the messages say", async () => {
    const act = fc.record({
      kind: fc.constantFrom(...Object.keys(acts)),
      user: fc.nat(3),
      room: fc.nat(3),
      id: fc.integer({ min: 1, max: 4 }),
      word: fc.constantFrom("tea", "milk", "@bob sugar", "@all"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(act, { maxLength: 12 }), { maxLength: 8 }), async (rounds) => {
        const own = await Stage.open(await createEngine());
        try {
          const users = await own.cast("ada", "bob", "cleo", "dan");
          const [ada, bob] = users;
          const rooms = [await own.general(), await own.createRoom(ada), await own.createRoom(bob, "private", ada)];
          for (const round of rounds) {
            own.at += 1;
            await Promise.all(
              round.map(async ({ kind, user, room, id, word }) => {
                const who = users[user] ?? ada;
                await acts[kind]?.({
                  stage: own,
                  rooms,
                  who,
                  room: rooms[room % rooms.length] ?? (await own.general()),
                  id,
                  word,
                });
              }),
            );
          }
          await expectConvergence(own);
          await expectCounts(own, rooms, users);
        } finally {
          await own.close();
        }
      }),
      { numRuns: 12 },
    );
  });
}

/** What anyone may try in the random histories; most of it is refused by someone's rules some of the time. */
const acts: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  say: ({ stage, room, who, word }) => stage.trySay(room, who, word),
  sayOnce: ({ stage, room, who, word }) => stage.trySay(room, who, word, { clientMessageId: word }),
  reply: ({ stage, room, who, word, id }) => stage.trySay(room, who, word, { replyTo: id }),
  edit: ({ stage, room, who, word, id }) => stage.edit(room, id, who, word),
  remove: ({ stage, room, who, id }) => stage.remove(room, id, who),
  react: ({ stage, room, who, id, word }) => stage.react(room, id, who, word),
  unreact: ({ stage, room, who, id, word }) => stage.unreact(room, id, who, word),
  read: ({ stage, room, who, id }) => stage.read(room, who, id),
  markUnread: ({ stage, room, who, id }) => stage.read(room, who, id - 1, true),
  setLevel: ({ stage, room, who, id }) =>
    stage.store.putPlace({ roomId: room.id, userId: who.id, notifyLevel: id > 2 ? "none" : "all" }),
  putAway: ({ stage, room, who, id }) =>
    stage.store.putPlace({ roomId: room.id, userId: who.id, hiddenUpTo: id > 2 ? id : null }),
  join: ({ stage, room, who }) => stage.join(room, who),
  leave: ({ stage, room, who }) => stage.leave(room, who),
  rename: ({ stage, room, word }) => stage.putRoom(room, { name: word, slug: word }),
  hide: ({ stage, room }) => stage.putRoom(room, { kind: "private" }),
  open: ({ stage, room }) => stage.putRoom(room, { kind: "public" }),
  removeRoom: ({ stage, room, id }) => (id === 1 ? stage.removeRoom(room) : Promise.resolve()),
  purge: ({ stage, id }) => stage.store.purgeRooms({ limit: id }),
  createRoom: async ({ stage, rooms, who, word, id }) => {
    const created = await stage.tryCreateRoom(who, { name: word, kind: id > 2 ? "private" : "public" });
    if (created.ok) rooms.push(created.value);
  },
  signIn: ({ stage, who }) =>
    stage.store.createSession({
      userId: who.id,
      passwordHash: `hash of ${who.username}`,
      session: stage.newSession(),
      keep: 3,
      at: stage.at,
    }),
  deactivate: async ({ stage, who }) => stage.store.deactivateUser(await stage.actOn(who)),
  reactivate: async ({ stage, who }) => stage.store.reactivateUser(await stage.actOn(who)),
  promote: async ({ stage, who, id }) =>
    stage.store.putUserRole({ ...(await stage.actOn(who)), role: id === 1 ? "owner" : "member" }),
  signOutEverywhere: async ({ stage, who }) => stage.store.revokeSessions(await stage.actOn(who)),
  signOut: async ({ stage, who }) => {
    const [session] = await stage.store.listSessions({ userId: who.id, at: stage.at });
    if (session) await stage.store.revokeSession({ id: session.id, userId: who.id, at: stage.at });
  },
  renameUser: ({ stage, who, word }) => stage.store.putUser({ userId: who.id, displayName: word }),
  setStatus: ({ stage, who, word, id }) => stage.store.putUser({ userId: who.id, status: id > 2 ? word : null }),
  renameWorkspace: ({ stage, word }) => stage.store.putWorkspace({ name: word, by: operator, at: stage.at }),
};

interface Scene {
  readonly stage: Stage;
  readonly rooms: Room[];
  readonly who: User;
  readonly room: Room;
  readonly id: number;
  readonly word: string;
}
