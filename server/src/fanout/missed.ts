import type { DeltaFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Seq, Topic } from "@parley/protocol/model";
import { mergeDeltas } from "@parley/protocol/things";
import type { Store } from "../store/store.ts";
import { type Answer, toAnswer, toFrame, toReset } from "./answers.ts";
import type { Hub } from "./hub.ts";

/** Of answers that are kept for those who ask next. */
const keptBytesMax = 16 * 1024 * 1024;

/**
 * What topics have gained since a position, for connections that follow them.
 *
 * Those who lost the same server stand where it stood, so most of them ask the same. What is asked first is read from the
 * store, by one reading however many wait for it, and kept; what was delivered since then is in memory, and is added to it:
 *
 *     position 57          read at 60       delivered since       head 63
 *     ────┼────────────────────┼──────────────────┼──────────────────▶
 *         └─ kept: 57 → 60 ────┘── 61 ── 62 ── 63 ┘
 *         └─ kept from now on: 57 → 63 ───────────┘
 *
 * An answer leads to where the topic stood when it was asked for, or further. Who may have it is the asker's to know.
 */
export class Missed {
  readonly #store: Pick<Store, "changesSince">;
  readonly #hub: Pick<Hub, "headOf" | "recent">;
  /** The one that was used last is the last. */
  readonly #kept = new Map<string, Answer>();
  #keptBytes = 0;
  readonly #reading = new Map<string, Promise<Answer>>();

  constructor(store: Pick<Store, "changesSince">, hub: Pick<Hub, "headOf" | "recent">) {
    this.#store = store;
    this.#hub = hub;
  }

  /** Null when there is nothing after `since`. Rejects as the store does. */
  async after(topic: Topic, since: Seq): Promise<Answer | null> {
    const head = this.#hub.headOf(topic);
    if (head === since) return null;
    const key = `${topic} ${since}`;
    const reading = this.#reading.get(key);
    const kept = reading ? await reading : this.#use(key);
    // Where the topic stands may not be known here, or not yet: then only what is read from now on will do.
    if (typeof head === "number" && since < head) {
      const answer = kept && kept.to >= head ? kept : this.#current(topic, since, head, kept);
      if (answer) return answer;
    }
    // One that is under way by now began after the question.
    return this.#reading.get(key) ?? this.#read(key, topic, since);
  }

  /** From memory alone, or null. */
  #current(topic: Topic, since: Seq, atLeast: Seq, kept: Answer | undefined): Answer | null {
    const head = this.#hub.headOf(topic) ?? atLeast;
    if (kept?.kind === "reset") return kept.to > since ? toReset(topic, head) : null;
    const texts = this.#hub.recent.between(topic, kept?.to ?? since, head);
    if (!texts) return null;
    const [first, ...rest] = [...(kept ? [kept.text] : []), ...texts].map((text) => JSON.parse(text) as DeltaFrame);
    return first ? this.#keep(topic, since, toAnswer(mergeDeltas(first, rest))) : null;
  }

  #read(key: string, topic: Topic, since: Seq): Promise<Answer> {
    const reading = this.#store
      .changesSince({ topic, since, limit: limits.resumeChanges })
      .then((changes) => this.#keep(topic, since, toAnswer(toFrame(topic, since, changes))))
      .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  #use(key: string): Answer | undefined {
    const answer = this.#kept.get(key);
    if (answer) {
      this.#kept.delete(key);
      this.#kept.set(key, answer);
    }
    return answer;
  }

  #keep(topic: Topic, since: Seq, answer: Answer): Answer {
    const key = `${topic} ${since}`;
    this.#drop(key);
    this.#kept.set(key, answer);
    this.#keptBytes += bytesOf(answer);
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= keptBytesMax) break;
      this.#drop(oldest);
    }
    return answer;
  }

  #drop(key: string): void {
    const answer = this.#kept.get(key);
    if (!answer) return;
    this.#kept.delete(key);
    this.#keptBytes -= bytesOf(answer);
  }
}

/** A text takes two bytes for each unit once it has one beyond Latin letters; the rest is what keeping it takes. */
const bytesOf = ({ text }: Answer): number => 2 * text.length + 256;
