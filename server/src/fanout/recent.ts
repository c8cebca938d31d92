import type { Seq, Topic } from "@parley/protocol/model";
import type { Encoded } from "./encoded.ts";

export interface RecentBounds {
  /** Deltas of one topic. */
  readonly deltas: number;
  readonly ageMs: number;
  /** Of all topics together. */
  readonly bytes: number;
}

interface Kept {
  readonly topic: Topic;
  readonly from: Seq;
  readonly to: Seq;
  /** Null once it is forgotten. */
  text: string | null;
  readonly bytes: number;
  readonly at: number;
}

/** What an entry takes besides its text. */
const entryBytes = 128;

/**
 * The deltas that were delivered lately, as their texts: whoever was away for a moment is answered without reading the
 * store. Only what is durable is ever delivered, so nothing here can be taken back.
 *
 * Those of a topic continue each other: after one that does not, what was before it is of no use and is forgotten. So is
 * the oldest of all topics when there are too many, or when it is too old.
 */
export class Recent {
  readonly #bounds: RecentBounds;
  readonly #now: () => number;
  readonly #topics = new Map<Topic, Kept[]>();
  /** Of all topics, in the order in which they came, with some that are forgotten. */
  #order: Kept[] = [];
  /** All before this one are forgotten. */
  #oldest = 0;
  #forgotten = 0;
  #bytes = 0;

  constructor(bounds: RecentBounds, now: () => number) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /** What all of it takes, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  add({ delta: { topic, from, to }, text }: Encoded): void {
    // A text takes two bytes for each unit once it has one beyond Latin letters.
    const kept: Kept = { topic, from, to, text, bytes: 2 * text.length + entryBytes, at: this.#now() };
    const before = this.#topics.get(topic);
    if (before && before.at(-1)?.to !== from) this.#forget(before);
    const same = this.#topics.get(topic) ?? [];
    this.#topics.set(topic, same);
    same.push(kept);
    this.#order.push(kept);
    this.#bytes += kept.bytes;
    if (same.length > this.#bounds.deltas) this.#forgetFirst(same);
    this.#bound();
  }

  /**
   * The texts of the deltas that lead from `since` to `head`; null when they are not all here. Whoever has followed the topic
   * stands where one of them begins.
   */
  between(topic: Topic, since: Seq, head: Seq): readonly string[] | null {
    this.#bound();
    const same = this.#topics.get(topic);
    if (!same || same.at(-1)?.to !== head) return null;
    const start = same.findLastIndex(({ from }) => from === since);
    return start === -1 ? null : same.slice(start).flatMap(({ text }) => text ?? []);
  }

  #bound(): void {
    const tooOld = this.#now() - this.#bounds.ageMs;
    for (; this.#oldest < this.#order.length; this.#oldest++) {
      const oldest = this.#order[this.#oldest];
      if (!oldest || oldest.text === null) continue;
      if (this.#bytes <= this.#bounds.bytes && oldest.at > tooOld) break;
      // The oldest of all is the oldest of its topic.
      this.#forgetFirst(this.#topics.get(oldest.topic) ?? []);
    }
    if (this.#forgotten * 2 <= this.#order.length) return;
    this.#order = this.#order.filter(({ text }) => text !== null);
    this.#oldest = 0;
    this.#forgotten = 0;
  }

  #forget(same: Kept[]): void {
    while (same.length > 0) this.#forgetFirst(same);
  }

  #forgetFirst(same: Kept[]): void {
    const first = same.shift();
    if (!first) return;
    first.text = null;
    this.#bytes -= first.bytes;
    this.#forgotten += 1;
    if (same.length === 0) this.#topics.delete(first.topic);
  }
}
