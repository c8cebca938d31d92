import { relate } from "@parley/protocol/apply";
import { ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame } from "@parley/protocol/frames";
import type { Seq, Topic } from "@parley/protocol/model";
import { backOffMs, type Clock, sleep } from "./clock.ts";

/**
 * Where this client has got to on each topic, and how it gets on.
 *
 *     forgotten ──hold──▶ held ──settle(head)──▶ followed ──gap──▶ waits for the straggler ──▶ resume
 *         ▲                 ▲                        │
 *         └──forget─────────┴────────reset───────────┘
 *
 * While a topic's page is being loaded, its deltas are held; the page's head says from where on they apply. A followed
 * topic gets each change once and in order. What is missing shows by itself: as a gap before the next delta, as a head
 * in a pong, or as the reconnect that every loss of a connection ends in; each is answered by a resume.
 */
export interface TopicEvents {
  /** The next delta of a followed topic. */
  readonly apply: (delta: DeltaFrame) => void;
  /** A delta of a topic that is not followed (yet): for what can be shown without knowing what came before. */
  readonly glimpse: (delta: DeltaFrame) => void;
  /** What is known of this topic is void. The topic is forgotten already. */
  readonly reset: (topic: Topic) => void;
  /** The topic does not exist for this user any more. The topic is forgotten already. */
  readonly gone: (topic: Topic) => void;
  /** Asks for what came after these positions; answered by deltas and resets, then by the topics that are gone. */
  readonly resume: (epoch: string, topics: Readonly<Record<string, Seq>>) => Promise<readonly Topic[]>;
}

/** Two nodes may publish out of step: this long a gap may last before it counts as a loss. */
const stragglerMs = 200;
/** What is held beyond this is dropped, and resumed. */
const heldMax = 256;

interface Followed {
  /** Null while the topic's page is being loaded. */
  position: { readonly seq: Seq; readonly epoch: string } | null;
  /** Deltas that cannot be applied yet. */
  held: DeltaFrame[];
  /** Something was not heard or not kept since the page was asked for: what is held is not all. */
  incomplete: boolean;
  cancelWait: (() => void) | null;
}

export class Topics {
  readonly #clock: Clock;
  readonly #events: TopicEvents;
  readonly #topics = new Map<Topic, Followed>();
  readonly #wanted = new Set<Topic>();
  /** The current connection, by number; 0 when there is none. */
  #connection = 0;
  #connections = 0;
  #resuming = 0;
  #epoch = "";

  constructor(clock: Clock, events: TopicEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Whether it is followed or held. */
  isKnown(topic: Topic): boolean {
    return this.#topics.has(topic);
  }

  /** A page of this topic is about to be asked for: keeps what arrives from now on. */
  hold(topic: Topic): void {
    this.forget(topic);
    this.#topics.set(topic, { position: null, held: [], incomplete: false, cancelWait: null });
  }

  /** The page is there and shown; it holds everything up to `head`. Does nothing to a topic that is followed already. */
  settle(topic: Topic, head: Seq, epoch: string): void {
    const followed = this.#topics.get(topic);
    if (!followed || followed.position) return;
    followed.position = { seq: head, epoch };
    this.#applyHeld(topic, followed);
    if (followed.incomplete) this.#resumeLater(topic);
    followed.incomplete = false;
  }

  forget(topic: Topic): void {
    this.#topics.get(topic)?.cancelWait?.();
    this.#topics.delete(topic);
    this.#wanted.delete(topic);
  }

  /** Something shows that a delta is missing. It may be on its way. */
  suspect(topic: Topic): void {
    const followed = this.#topics.get(topic);
    if (!followed || followed.cancelWait) return;
    followed.cancelWait = this.#clock.after(stragglerMs, () => {
      followed.cancelWait = null;
      this.#resumeLater(topic);
    });
  }

  /** Catches up after a new connection's welcome. True when it has; false when the connection was lost before. */
  async onWelcome(epoch: string): Promise<boolean> {
    this.#connection = ++this.#connections;
    this.#epoch = epoch;
    this.#wanted.clear();
    for (const [topic, followed] of [...this.#topics]) {
      if (!followed.position) followed.incomplete = true;
      else if (followed.position.epoch === epoch) this.#wanted.add(topic);
      else this.#reset(topic);
    }
    return this.#resume();
  }

  onLost(): void {
    this.#connection = 0;
  }

  onDelta(delta: DeltaFrame): void {
    const { topic } = delta;
    const followed = this.#topics.get(topic);
    if (!followed) {
      this.#events.glimpse(delta);
    } else if (!followed.position) {
      this.#events.glimpse(delta);
      this.#keep(followed, delta);
    } else {
      this.#keep(followed, delta);
      this.#applyHeld(topic, followed);
      if (followed.incomplete) this.#resumeLater(topic);
      followed.incomplete = false;
    }
  }

  onReset(topic: Topic): void {
    if (this.#topics.get(topic)?.position) this.#reset(topic);
  }

  onHeads(heads: Readonly<Record<string, Seq>>): void {
    for (const [topic, { position }] of this.#topics) {
      if (position && (heads[topic] ?? 0) > position.seq) this.#resumeLater(topic);
    }
  }

  #keep(followed: Followed, delta: DeltaFrame): void {
    followed.held.push(delta);
    if (followed.held.length <= heldMax) return;
    followed.held = [];
    followed.incomplete = true;
  }

  #applyHeld(topic: Topic, followed: Followed): void {
    followed.held.sort((a, b) => a.from - b.from);
    for (let delta = followed.held[0]; delta && followed.position; delta = followed.held[0]) {
      const relation = relate(followed.position.seq, delta);
      if (relation === "gap") break;
      followed.held.shift();
      if (relation === "old") continue;
      followed.position = { ...followed.position, seq: delta.to };
      this.#events.apply(delta);
    }
    if (followed.held.length > 0) {
      this.suspect(topic);
    } else {
      followed.cancelWait?.();
      followed.cancelWait = null;
    }
  }

  #reset(topic: Topic): void {
    this.forget(topic);
    this.#events.reset(topic);
  }

  #resumeLater(topic: Topic): void {
    this.#wanted.add(topic);
    if (this.#connection !== this.#resuming) void this.#resume();
  }

  /** Resumes what is wanted until nothing is. One at a time, so that a topic is not asked for twice. */
  async #resume(): Promise<boolean> {
    const connection = this.#connection;
    if (connection === 0) return false;
    this.#resuming = connection;
    for (let tries = 1; this.#wanted.size > 0; tries++) {
      const positions: Record<string, Seq> = {};
      const wanted = [...this.#wanted];
      this.#wanted.clear();
      for (const topic of wanted) {
        const position = this.#topics.get(topic)?.position;
        // A page of before a restore may come after the welcome that tells of it.
        if (position && position.epoch !== this.#epoch) this.#reset(topic);
        else if (position) positions[topic] = position.seq;
      }
      const refusal = await this.#resumeOnce(positions);
      if (refusal) await sleep(this.#clock, refusal.retryAfterMs ?? backOffMs(this.#clock, tries));
      if (connection !== this.#connection) return false;
    }
    this.#resuming = 0;
    return true;
  }

  /** The refusal when it has to be tried again. */
  async #resumeOnce(positions: Readonly<Record<string, Seq>>): Promise<ParleyError | null> {
    const topics = Object.keys(positions) as Topic[];
    if (topics.length === 0) return null;
    try {
      for (const topic of await this.#events.resume(this.#epoch, positions)) {
        this.forget(topic);
        this.#events.gone(topic);
      }
      return null;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      for (const topic of topics) this.#wanted.add(topic);
      return error;
    }
  }
}
