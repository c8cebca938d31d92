import { encodeFrame } from "@parley/protocol/codec";
import { limits } from "@parley/protocol/limits";
import type { Seq, Topic } from "@parley/protocol/model";
import type { Log } from "../app.ts";
import type { Store } from "../store/store.ts";
import { Encoded } from "./encoded.ts";
import type { Hub } from "./hub.ts";

/** Topics whose heads are read at once. */
const headsAtOnce = 500;
/** Topics whose changes are read at the same time. */
const parallel = 8;
/** Things that one topic may have missed; with more, its connections come again. */
const missedMax = 10_000;
/** Where the hub gets on while the store is read, it is read again; in the end a delta may overlap what was delivered. */
const attempts = 3;

/**
 * Reads from the store what has not come to this node in another way, and gives it to the hub.
 *
 * A topic is looked at by one read at a time, however often it is asked for, and only what is behind is read at all.
 */
export class CatchUp {
  readonly #store: Pick<Store, "listHeads" | "changesSince">;
  readonly #hub: Hub;
  readonly #log: Log;
  readonly #wanted = new Set<Topic>();
  #running: Promise<boolean> | null = null;
  #stopped = false;

  constructor(store: Pick<Store, "listHeads" | "changesSince">, hub: Hub, log: Log) {
    this.#store = store;
    this.#hub = hub;
    this.#log = log;
  }

  /** Looks at these topics, as they are at some moment from now on. False when something could not be read. */
  check(topics: Iterable<Topic>): Promise<boolean> {
    for (const topic of topics) this.#wanted.add(topic);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Reads nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<boolean> {
    let complete = true;
    while (this.#wanted.size > 0 && !this.#stopped) {
      const topics = [...this.#wanted].slice(0, headsAtOnce);
      for (const topic of topics) this.#wanted.delete(topic);
      try {
        await this.#look(topics);
      } catch (error) {
        complete = false;
        if (!this.#stopped) this.#log.warn("catch_up.failed", { error: String(error) });
      }
    }
    return complete;
  }

  async #look(topics: readonly Topic[]): Promise<void> {
    const heads = new Map((await this.#store.listHeads({ topics })).map(({ topic, head }) => [topic, head]));
    const queue = topics.values();
    const work = async () => {
      for (const topic of queue) await this.#fetch(topic, heads.get(topic));
    };
    await Promise.all(Array.from({ length: Math.min(parallel, topics.length) }, work));
  }

  /** `head` is where the topic stands; undefined when it does not exist. */
  async #fetch(topic: Topic, head: Seq | undefined): Promise<void> {
    const since = this.#hub.headOf(topic);
    if (since === undefined) return;
    if (head === undefined) this.#hub.sendAway(topic);
    // Nothing is known of what its connections have: whoever has less than this resumes.
    else if (since === null) this.#hub.receive([positionAt(topic, head)]);
    else if (head > since) await this.#read(topic, since, head);
  }

  async #read(topic: Topic, from: Seq, head: Seq): Promise<void> {
    let since = from;
    for (let attempt = 1; since < head; attempt++) {
      const changes = await this.#store.changesSince({ topic, since, limit: missedMax });
      const now = this.#hub.headOf(topic) ?? head;
      // What was missing has come after all, or some of it: only the rest of it is of use.
      if (now === since || attempt === attempts) {
        if (changes.kind === "changes") this.#hub.receive([toSendable(new Encoded(changes.delta))]);
        else if (changes.kind === "reset") this.#hub.sendAway(topic);
        return;
      }
      since = now;
    }
  }
}

/** A delta without changes, which says where a topic stands. */
function positionAt(topic: Topic, head: Seq): Encoded {
  return new Encoded({
    type: "delta",
    topic,
    from: head,
    to: head,
    ...(topic.startsWith("room:") && { messages: [] }),
  });
}

/** What is too large for a connection is a reset for it; what it changes in rights holds all the same. */
function toSendable(encoded: Encoded): Encoded {
  const { delta, text } = encoded;
  if (Buffer.byteLength(text) <= limits.resumeBytes) return encoded;
  return new Encoded(delta, encodeFrame({ type: "reset", topic: delta.topic, head: delta.to }), true);
}
