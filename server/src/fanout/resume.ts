import type { DeltaFrame, ResetFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Seq, Topic, UserId } from "@parley/protocol/model";
import type { Store } from "../store/store.ts";
import { type Answer, toAnswer, toFrame, toReset } from "./answers.ts";
import type { Connection } from "./connection.ts";
import type { Hub } from "./hub.ts";
import type { Missed } from "./missed.ts";

/**
 * Fetching what was missed.
 *
 * A connection is subscribed from its first moment, so what is committed during a resume arrives as live deltas; the
 * ranges that deltas state make the two meet without a hole, in whatever order they come:
 *
 *     position 57            read at 62            live
 *     ────┼──────────────────────┼──────────────────▶
 *         └─ delta 57 → 62 ──────┘
 *                             └─ delta 61 → 63: continues 62
 *
 * A delta carries each thing that changed as it is now, so its size is bounded by what exists, not by what happened.
 */
export interface Resumed {
  /** Encoded deltas and resets, in the order asked. Topics that are up to date are not mentioned. */
  readonly frames: readonly string[];
  /** Topics that do not exist for this user. Forbidden and unknown look alike. */
  readonly gone: readonly Topic[];
  /** Where every topic of the user stood when this was read. */
  readonly heads: Readonly<Record<string, Seq>>;
  readonly epoch: string;
}

/** Subscribes a new connection to every topic of its user. Answers the epoch that their numbers belong to. */
export async function register(store: Store, hub: Hub, connection: Connection): Promise<string> {
  // Known before its rights are read: what takes one of them away meanwhile would otherwise be overlooked.
  hub.add(connection);
  const { epoch } = await store.getWorkspace({});
  while (!hub.follow(connection, await store.listTopics({ userId: connection.userId })));
  return epoch;
}

/** What was asked: positions by topic, and the epoch that they belong to, if it is known. */
interface Asked {
  readonly epoch?: string | undefined;
  readonly topics: Readonly<Record<string, Seq>>;
}

/**
 * Answers a connection that has been registered, under `epoch`. What it follows is what its user may be told, and needs no
 * reading; nor does what others have asked before.
 */
export async function resume(
  { store, hub, missed }: { readonly store: Store; readonly hub: Hub; readonly missed: Missed },
  connection: Connection,
  epoch: string,
  asked: Asked,
): Promise<Pick<Resumed, "frames" | "gone">> {
  const topics = Object.keys(asked.topics) as Topic[];
  const sinceOf = (topic: Topic) => asked.topics[topic] ?? 0;
  const follows = (topic: Topic) => hub.isFollowing(connection, topic);
  const strange = topics.filter((topic) => !follows(topic));
  // Another node may have given it just now. What brings it here tells of it.
  const own = strange.length > 0 ? await store.listTopics({ userId: connection.userId }) : [];
  const gone = strange.filter((topic) => !own.some((found) => found.topic === topic));
  const answers = new Map<Topic, Answer>();
  const behind = topics.filter(follows).map((topic) => ({ topic, by: (hub.headOf(topic) ?? 0) - sinceOf(topic) }));
  let left = limits.resumeChangesInAll;
  // Those with least behind them first: what is too much is then as few topics as possible.
  for (const { topic, by } of behind.sort((one, other) => one.by - other.by)) {
    const since = sinceOf(topic);
    const head = hub.headOf(topic) ?? since;
    const isOther = asked.epoch !== undefined && asked.epoch !== epoch;
    const answer = isOther || left <= 0 ? toReset(topic, head) : await missed.after(topic, since);
    if (!answer) continue;
    answers.set(topic, answer);
    left -= answer.kind === "reset" ? Math.min(by, limits.resumeChanges) : answer.things;
  }
  // What was taken meanwhile is told by its own delta.
  const ordered = topics.filter(follows).flatMap((topic) => answers.get(topic) ?? []);
  return { frames: fit(ordered), gone };
}

/** Answers a client that has no connection, in one snapshot with its topics. */
export async function resumeOnce(store: Store, userId: UserId, asked: Asked): Promise<Resumed> {
  const { topics, epoch, missed } = await store.listMissed({
    userId,
    epoch: asked.epoch ?? null,
    positions: asked.topics,
    limit: limits.resumeChanges,
    limitInAll: limits.resumeChangesInAll,
  });
  const heads = new Map(topics.map(({ topic, head }) => [topic, head]));
  const sameEpoch = asked.epoch === undefined || asked.epoch === epoch;
  const answers: Answer[] = [];
  const gone: Topic[] = [];
  for (const [name, since] of Object.entries(asked.topics)) {
    const topic = name as Topic;
    const head = heads.get(topic);
    if (head === undefined) {
      gone.push(topic);
    } else if (!sameEpoch || since !== head) {
      const changes = missed.get(topic);
      answers.push(changes ? toAnswer(toFrame(topic, since, changes)) : toReset(topic, head));
    }
  }
  return { frames: fit(answers), gone, heads: Object.fromEntries(heads), epoch };
}

/**
 * What changed on one topic after `since`: one delta, an empty one when there is nothing, or a reset when it would be more
 * than `limits.resumeChanges` things or `limits.resumeBytes`.
 */
export async function changesSince(store: Store, topic: Topic, since: Seq): Promise<DeltaFrame | ResetFrame> {
  const frame = toFrame(topic, since, await store.changesSince({ topic, since, limit: limits.resumeChanges }));
  const { kind, to } = toAnswer(frame);
  return kind === "delta" ? frame : { type: "reset", topic, head: to };
}

/** The texts of answers. What does not fit into `limits.resumeBytes` with those before it is a reset instead. */
function fit(answers: readonly Answer[]): readonly string[] {
  let bytes = 0;
  return answers.map(({ text, topic, to }) => {
    const size = Buffer.byteLength(text);
    const sent = bytes + size <= limits.resumeBytes ? text : toReset(topic, to).text;
    bytes += sent === text ? size : sent.length;
    return sent;
  });
}
