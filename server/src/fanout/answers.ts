import { encodeFrame } from "@parley/protocol/codec";
import type { DeltaFrame, ResetFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Seq, Topic } from "@parley/protocol/model";
import { countThings } from "@parley/protocol/things";
import type { TopicChanges } from "../store/topics.ts";

/** What a topic has to tell after a position, encoded once for everyone who has that position. */
export interface Answer {
  readonly kind: "delta" | "reset";
  readonly topic: Topic;
  readonly text: string;
  /** Up to where it leads. */
  readonly to: Seq;
  /** How much it tells of. */
  readonly things: number;
}

/** The frame as it is sent: a reset in the place of what is more than `limits.resumeChanges` or `limits.resumeBytes`. */
export function toAnswer(frame: DeltaFrame | ResetFrame): Answer {
  if (frame.type === "reset") return toReset(frame.topic, frame.head);
  const text = encodeFrame(frame);
  const things = countThings(frame);
  const fits = things <= limits.resumeChanges && Buffer.byteLength(text) <= limits.resumeBytes;
  return fits ? { kind: "delta", topic: frame.topic, text, to: frame.to, things } : toReset(frame.topic, frame.to);
}

export function toReset(topic: Topic, head: Seq): Answer {
  const text = encodeFrame({ type: "reset", topic, head } satisfies ResetFrame);
  return { kind: "reset", topic, text, to: head, things: 0 };
}

/** One delta, an empty one when there is nothing, or a reset. */
export function toFrame(topic: Topic, since: Seq, changes: TopicChanges): DeltaFrame | ResetFrame {
  switch (changes.kind) {
    case "changes":
      return changes.delta;
    case "current":
      return { type: "delta", topic, from: since, to: since, ...(topic.startsWith("room:") && { messages: [] }) };
    case "reset":
      return { type: "reset", topic, head: changes.head };
  }
}
