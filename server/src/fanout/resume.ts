import { encodeFrame } from "@parley/protocol/codec";
import type { DeltaFrame, ResetFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Seq, Topic, UserId } from "@parley/protocol/model";
import type { Store } from "../store/store.ts";
import type { TopicChanges } from "../store/topics.ts";
import type { Connection } from "./connection.ts";
import type { Hub } from "./hub.ts";

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
  const { epoch } = await store.getWorkspace({});
  // Known before its rights are read: what takes one of them away meanwhile would otherwise be overlooked.
  hub.add(connection);
  while (!hub.follow(connection, await store.listTopics({ userId: connection.userId })));
  return epoch;
}

/**
 * Answers a resume. What does not fit into `limits.resumeBytes` is reset instead, explicitly. `follows` says whether a
 * topic, which was the user's when it was read, still is when the answer is made.
 */
export async function resume(
  store: Store,
  userId: UserId,
  asked: { readonly epoch?: string | undefined; readonly topics: Readonly<Record<string, Seq>> },
  follows: (topic: Topic) => boolean = () => true,
): Promise<Resumed> {
  const { topics, epoch, missed } = await store.listMissed({
    userId,
    epoch: asked.epoch ?? null,
    positions: asked.topics,
    limit: limits.resumeChanges,
    limitInAll: limits.resumeChangesInAll,
  });
  const heads = new Map(topics.map(({ topic, head }) => [topic, head]));
  const sameEpoch = asked.epoch === undefined || asked.epoch === epoch;
  const frames: string[] = [];
  const gone: Topic[] = [];
  let bytes = 0;
  for (const [name, since] of Object.entries(asked.topics)) {
    const topic = name as Topic;
    const head = heads.get(topic);
    if (head === undefined) {
      gone.push(topic);
      continue;
    }
    // What was taken meanwhile is told by its own delta, and so is what another node has given just now.
    if (!follows(topic)) continue;
    if (sameEpoch && since === head) continue;
    const reset = encodeFrame({ type: "reset", topic, head } satisfies ResetFrame);
    const changes = missed.get(topic);
    const text = changes ? encodeChanges(topic, since, changes).text : reset;
    const size = Buffer.byteLength(text);
    const fits = bytes + size <= limits.resumeBytes;
    bytes += fits ? size : reset.length;
    frames.push(fits ? text : reset);
  }
  return { frames, gone, heads: Object.fromEntries(heads), epoch };
}

/**
 * What changed on one topic after `since`: one delta, an empty one when there is nothing, or a reset when it would be more
 * than `limits.resumeChanges` things or `limits.resumeBytes`.
 */
export async function changesSince(store: Store, topic: Topic, since: Seq): Promise<DeltaFrame | ResetFrame> {
  const changes = await store.changesSince({ topic, since, limit: limits.resumeChanges });
  return encodeChanges(topic, since, changes).frame;
}

/** The frame and how it is encoded: its size is a question of its text, which is then there to be sent. */
function encodeChanges(topic: Topic, since: Seq, changes: TopicChanges) {
  const frame = toFrame(topic, since, changes);
  const text = encodeFrame(frame);
  if (frame.type === "reset" || Buffer.byteLength(text) <= limits.resumeBytes) return { frame, text };
  const reset: ResetFrame = { type: "reset", topic, head: frame.to };
  return { frame: reset, text: encodeFrame(reset) };
}

function toFrame(topic: Topic, since: Seq, changes: TopicChanges): DeltaFrame | ResetFrame {
  switch (changes.kind) {
    case "changes":
      return changes.delta;
    case "current":
      return { type: "delta", topic, from: since, to: since, ...(topic.startsWith("room:") && { messages: [] }) };
    case "reset":
      return { type: "reset", topic, head: changes.head };
  }
}
