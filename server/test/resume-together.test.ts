import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeltaFrame, ResetFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import { type Room, roomTopic, type Seq, type User } from "@parley/protocol/model";
import { Missed } from "../src/fanout/missed.ts";
import { changesSince, register, resume } from "../src/fanout/resume.ts";
import { type Peer, Wire } from "../src/fanout/wire.ts";
import { Stage } from "../src/store/contract/stage.ts";
import { openSqliteStore, type SqliteStore } from "../src/store/sqlite/sqlite-store.ts";

let stage: Stage;
let store: SqliteStore;
let wire: Wire;
let missed: Missed;
let epoch: string;
let ada: User;
let lin: User;
let tea: Room;
let garden: Room;
/** Readings of a topic's changes, and what each of them waits for once it has been made. */
let readings = 0;
let held: Promise<void> = Promise.resolve();

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-together-"));
  const onFatal = (error: Error): never => {
    throw error;
  };
  stage = await Stage.open({
    open: async () => {
      store = await openSqliteStore(folder, { defaultSignUp: "open", onFatal });
      return store;
    },
    statements: () => store.counts.statements,
    dispose: () => rm(folder, { recursive: true }),
  });
  startHub();
  [ada, lin] = await stage.cast("ada", "lin");
  tea = await stage.createRoom(ada, "private", lin);
  garden = await stage.createRoom(ada, "public", lin);
  ({ epoch } = await store.getWorkspace({}));
});

afterEach(() => stage.close());

/** As a server that has just started on the store. */
function startHub(): void {
  wire = new Wire();
  readings = 0;
  held = Promise.resolve();
  const counted = {
    async changesSince(input: Parameters<SqliteStore["changesSince"]>[0]) {
      readings += 1;
      const changes = await store.changesSince(input);
      await held;
      return changes;
    },
  };
  missed = new Missed(counted, wire.hub);
  store.onCommit((commit) => wire.hub.publish(commit));
}

async function connect(user: User): Promise<Peer> {
  const peer = wire.open(user.id);
  await register(store, wire.hub, peer);
  return peer;
}

type Frame = DeltaFrame | ResetFrame;

async function ask(peer: Peer, topics: Readonly<Record<string, Seq>>, as = epoch) {
  const { frames, gone } = await resume({ store, hub: wire.hub, missed }, peer, epoch, { epoch: as, topics });
  return { frames: frames.map((text): Frame => JSON.parse(text)), gone };
}

const topicOf = (room: Room) => roomTopic(room.id);

const told = (frames: readonly Frame[]) =>
  frames
    .flatMap((frame) => (frame.type === "delta" ? (frame.messages ?? []) : []))
    .map(({ id, content }) => [id, content]);

test("[SO13] ten thousand who return to a server that has restarted cost one reading of each room", async () => {
  const topics = {
    [topicOf(tea)]: await stage.head(topicOf(tea)),
    [topicOf(garden)]: await stage.head(topicOf(garden)),
  };
  for (const room of [tea, garden]) for (let n = 0; n < 20; n++) await stage.say(room, ada, `${n}`);
  startHub();
  const peers: Peer[] = [];
  for (let each = 0; each < 10_000; each++) peers.push(await connect(each % 2 === 0 ? ada : lin));
  const { statements } = store.counts;
  const early = await Promise.all(peers.slice(0, 5000).map((peer) => ask(peer, topics)));
  expect(readings).toBe(2);
  // A reading of a room is a handful of statements, however many wait for it.
  expect(store.counts.statements - statements).toBeLessThan(30);
  // What is said meanwhile is no reason to read again.
  for (const room of [tea, garden]) await stage.say(room, lin, "meanwhile");
  const late = await Promise.all(peers.slice(5000).map((peer) => ask(peer, topics)));
  expect(readings).toBe(2);
  for (const { frames } of early) expect(told(frames)).toHaveLength(40);
  for (const { frames } of late) {
    expect(told(frames)).toHaveLength(42);
    expect(frames[0]).toMatchObject({ from: topics[topicOf(tea)], to: await stage.head(topicOf(tea)) });
  }
});

test("[SO13] who was away for a moment is answered from memory, with each thing as it is now", async () => {
  await connect(lin);
  const since = await stage.head(topicOf(tea));
  await stage.say(tea, ada, "said in haste");
  await stage.say(tea, ada, "to be edited");
  await stage.edit(tea, 2, ada, "edited");
  await stage.remove(tea, 1, ada);
  const back = wire.connect(ada.id, { [topicOf(tea)]: await stage.head(topicOf(tea)) });
  const { statements } = store.counts;
  const { frames } = await ask(back, { [topicOf(tea)]: since });
  expect(store.counts.statements).toBe(statements);
  expect(told(frames)).toEqual([
    [1, ""],
    [2, "edited"],
  ]);
  expect(JSON.stringify(frames)).not.toContain("haste");
  expect(frames).toEqual([await changesSince(store, topicOf(tea), since)]);
});

test("[SO13] whoever joins a reading that began before they came is told what was committed in between", async () => {
  const since = await stage.head(topicOf(tea));
  await stage.say(tea, ada, "before");
  startHub();
  const first = await connect(ada);
  const { promise, resolve: go } = Promise.withResolvers<void>();
  held = promise;
  const one = ask(first, { [topicOf(tea)]: since });
  while (readings === 0) await Promise.resolve();
  await stage.say(tea, ada, "in between");
  const second = await connect(lin);
  const other = ask(second, { [topicOf(tea)]: since });
  go();
  expect(told((await one).frames)).toEqual([[1, "before"]]);
  expect(first.received.filter(({ topic }) => topic === topicOf(tea)).map(({ to }) => to)).toEqual([since + 2]);
  expect(told((await other).frames)).toEqual([
    [1, "before"],
    [2, "in between"],
  ]);
  expect(readings).toBe(1);
});

test("[SO5] from memory too, what is too much, of another epoch or ahead is a reset", async () => {
  const peer = await connect(lin);
  const since = await stage.head(topicOf(tea));
  await Promise.all(Array.from({ length: limits.resumeChanges + 1 }, (_, n) => stage.say(tea, ada, `${n}`)));
  const head = await stage.head(topicOf(tea));
  const reset: Frame = { type: "reset", topic: topicOf(tea), head };
  expect((await ask(peer, { [topicOf(tea)]: since })).frames).toEqual([reset]);
  expect((await ask(peer, { [topicOf(tea)]: head + 1 })).frames).toEqual([reset]);
  expect((await ask(peer, { [topicOf(tea)]: head }, "another")).frames).toEqual([reset]);
  expect(told((await ask(peer, { [topicOf(tea)]: head - 1 })).frames)).toHaveLength(1);
  expect((await ask(peer, { [topicOf(tea)]: head })).frames).toEqual([]);
});

test("[SO4] [SO7] what is kept for others is not told to who has no right to it, or has lost it while it was read", async () => {
  const sam = await stage.signUp("sam");
  const topics = { [topicOf(tea)]: await stage.head(topicOf(tea)) };
  await stage.say(tea, ada, "the canary");
  startHub();
  const [member, stranger] = [await connect(ada), await connect(sam)];
  expect(told((await ask(member, topics)).frames)).toEqual([[1, "the canary"]]);
  expect(await ask(stranger, topics)).toEqual({ frames: [], gone: [topicOf(tea)] });
  startHub();
  const late = await connect(lin);
  const { promise, resolve: go } = Promise.withResolvers<void>();
  held = promise;
  const asked = ask(late, topics);
  await stage.leave(tea, lin);
  go();
  expect((await asked).frames).toEqual([]);
});

test("[SO13] a reading that fails is told to all who wait for it, and made again for who asks next", async () => {
  const peer = await connect(lin);
  const topics = { [topicOf(tea)]: (await stage.head(topicOf(tea))) - 1 };
  held = Promise.reject(new Error("the disk is gone"));
  const failures = await Promise.allSettled([ask(peer, topics), ask(peer, topics)]);
  expect(failures.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  held = Promise.resolve();
  expect((await ask(peer, topics)).frames).toHaveLength(1);
});
