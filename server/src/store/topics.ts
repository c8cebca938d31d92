import type { DeltaFrame } from "@parley/protocol/frames";
import type { Seq, Topic, UserId } from "@parley/protocol/model";

/** The part of the store's contract that tells what someone has missed. */

/** What changed on a topic, as it is now. `reset` when `since` is too far behind, or ahead of the head. */
export type TopicChanges =
  | { readonly kind: "changes"; readonly delta: DeltaFrame }
  | { readonly kind: "current"; readonly head: Seq }
  | { readonly kind: "reset"; readonly head: Seq };

/** Where a topic stands. */
export interface TopicHead {
  readonly topic: Topic;
  readonly head: Seq;
}

export interface TopicReads {
  /** Every topic that the user may follow, with its head. */
  listTopics(input: { readonly userId: UserId }): Promise<readonly TopicHead[]>;
  /**
   * What a user has missed after these positions, in the same snapshot as their topics and the epoch. A topic that is not
   * theirs, or has nothing new, is not mentioned; and nothing is when `epoch` is another one. Those with least behind them
   * come first; what would be more than `limitInAll` things together is a reset without being read.
   */
  listMissed(input: {
    readonly userId: UserId;
    readonly epoch: string | null;
    readonly positions: Readonly<Record<string, Seq>>;
    /** Of one topic, as in `changesSince`. */
    readonly limit: number;
    readonly limitInAll: number;
  }): Promise<{
    readonly topics: readonly TopicHead[];
    readonly epoch: string;
    readonly missed: ReadonlyMap<Topic, TopicChanges>;
  }>;
  /** Those of the topics that exist, in any order. */
  listHeads(input: { readonly topics: readonly Topic[] }): Promise<readonly TopicHead[]>;
  /** Each thing of `topic` that changed after `since`, as it is now; at most `limit` things, else a reset. */
  changesSince(input: { readonly topic: Topic; readonly since: Seq; readonly limit: number }): Promise<TopicChanges>;
}
