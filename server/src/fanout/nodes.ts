import type { DeltaFrame, TypingFrame } from "@parley/protocol/frames";
import type { Seq, Topic } from "@parley/protocol/model";
import type { Log } from "../app.ts";
import type { Broker, BrokerEvents, Channel, Said } from "./broker.ts";
import type { CatchUp } from "./catch-up.ts";
import { Encoded } from "./encoded.ts";
import type { Hub, Links } from "./hub.ts";
import type { PresenceText } from "./shared-presences.ts";

/** How often a node tells the others that it is there, and where it has taken topics to. */
export const beatMs = 500;
/** How often each position is told: one of the texts may be lost. */
const tellings = 4;
/** Positions in one text. */
const positionsMax = 500;
/** Larger deltas are told as a position, and read from the store. */
const textMax = 256 * 1024;
/** How long a delta that continues another one may wait for it before that is read from the store. */
const stragglerMs = 50;
/** A node that is silent for this long may have committed what it could not tell, */
const silentMs = 4 * beatMs;
/** … and after this long it has ended, and somebody has seen to that what it had to tell is told. */
const endedMs = 10 * 60_000;
/** How often the store is asked where all topics stand: while texts may be lost, … */
const unsureEveryMs = 1000;
/** … and otherwise, for what was committed by a node that was killed before it could say so. */
const sureEveryMs = 10_000;
/** A node that has heard neither other nodes nor the store for this long shows what may not be so any more. */
const isolatedMs = 10_000;

type Text =
  | DeltaFrame
  | TypingFrame
  | { readonly type: "position"; readonly to: Seq }
  | PresenceText
  | {
      readonly type: "beat";
      readonly node: string;
      readonly connections: number;
      readonly positions: Readonly<Record<string, Seq>>;
    }
  | { readonly type: "end"; readonly node: string };

export interface NodesOptions {
  /** Names this node; the broker's name for it. */
  readonly node: string;
  readonly hub: Hub;
  readonly catchUp: CatchUp;
  readonly join: (events: BrokerEvents) => Broker;
  readonly onPresence: (text: PresenceText) => void;
  readonly log: Log;
  /** Milliseconds that only ever go forward. */
  readonly now: () => number;
}

/**
 * This node among the others that work on the same store.
 *
 * What one commits it publishes on the commit's topics, and whoever has connections there is given it. The broker may lose
 * any of that, so nobody relies on it:
 *
 *     a text is lost, and another follows        its `from` shows the gap
 *     the last text of a topic is lost           the next beats of its node tell where it took the topic
 *     texts may be lost, the broker says so      all topics are compared with the store every second
 *     a node is silent                           likewise, until it is back or has ended
 *     a topic is followed from now on            it is compared with the store once
 *
 * and whatever is missing is read from the store, where it has been before anybody could tell of it.
 */
export class Nodes implements Links {
  readonly #node: string;
  readonly #hub: Hub;
  readonly #catchUp: CatchUp;
  readonly #broker: Broker;
  readonly #onPresence: (text: PresenceText) => void;
  readonly #log: Log;
  readonly #now: () => number;
  /** When each other node was last heard, and what it has. */
  readonly #others = new Map<string, { readonly at: number; readonly connections: number }>();
  /** Where this node has taken topics to, and how often that is still to be told. */
  readonly #positions = new Map<Topic, { to: Seq; left: number }>();
  readonly #suspects = new Map<Topic, Seq>();
  #waiting: ReturnType<typeof setTimeout> | null = null;
  #checkedAt: number;
  /** When this node last knew what there is to know. */
  #sureAt: number;

  constructor({ node, hub, catchUp, join, onPresence, log, now }: NodesOptions) {
    this.#node = node;
    this.#hub = hub;
    this.#catchUp = catchUp;
    this.#onPresence = onPresence;
    this.#log = log;
    this.#now = now;
    this.#checkedAt = now();
    this.#sureAt = now();
    this.#broker = join({
      onText: (channel, text) => this.#onText(channel, text),
      onFollowing: (channels) => void this.#catchUp.check(channels.filter((channel) => channel !== "nodes")),
    });
    this.#broker.follow("nodes");
  }

  /** Whether the other nodes can be heard, as far as is known. */
  get areHeard(): boolean {
    return this.#broker.isUp;
  }

  /** Whether this node has lost sight of the others and of the store. */
  get isIsolated(): boolean {
    return !this.#broker.isUp && this.#now() - this.#sureAt > isolatedMs;
  }

  /** How many connections the other nodes have. */
  get connections(): number {
    let connections = 0;
    for (const other of this.#others.values()) if (this.#now() - other.at <= silentMs) connections += other.connections;
    return connections;
  }

  /** Says something to all other nodes. */
  say(text: PresenceText): void {
    this.#broker.publish(
      "nodes",
      toSaid(() => text),
    );
  }

  committed(deltas: readonly Encoded[]): void {
    for (const encoded of deltas) {
      const { topic, to } = encoded.delta;
      this.#positions.set(topic, { to, left: tellings });
      this.#broker.publish(topic, toBounded(encoded));
    }
  }

  typed(topic: Topic, frame: TypingFrame): void {
    this.#broker.publish(
      topic,
      toSaid(() => frame),
    );
  }

  followed(topic: Topic): void {
    this.#broker.follow(topic);
  }

  left(topic: Topic): void {
    this.#broker.unfollow(topic);
    this.#suspects.delete(topic);
  }

  /** Waits a moment: most of what seems to be missing has only been overtaken. */
  behind(topic: Topic, head: Seq): void {
    this.#suspects.set(topic, Math.max(head, this.#suspects.get(topic) ?? 0));
    this.#waiting ??= setTimeout(() => {
      this.#waiting = null;
      const missing = [...this.#suspects].filter(([suspect, to]) => (this.#hub.headOf(suspect) ?? to) < to);
      this.#suspects.clear();
      if (missing.length > 0) void this.#catchUp.check(missing.map(([suspect]) => suspect));
    }, stragglerMs);
  }

  /** To be called every `beatMs`. */
  beat(): void {
    this.#tellPositions();
    const now = this.#now();
    if (this.#broker.isUp) this.#sureAt = now;
    if (now - this.#checkedAt >= (this.#isUnsure(now) ? unsureEveryMs : sureEveryMs)) void this.#checkAll(now);
  }

  /** Tells the others that they need not wait for this one. */
  async close(): Promise<void> {
    if (this.#waiting) clearTimeout(this.#waiting);
    this.#tellPositions();
    this.#broker.publish(
      "nodes",
      toSaid(() => ({ type: "end", node: this.#node })),
    );
    await this.#broker.close();
  }

  #isUnsure(now: number): boolean {
    let unsure = !this.#broker.isUp;
    for (const [node, { at }] of this.#others) {
      if (now - at > endedMs) this.#others.delete(node);
      else if (now - at > silentMs) unsure = true;
    }
    return unsure;
  }

  async #checkAll(now: number): Promise<void> {
    this.#checkedAt = now;
    if (await this.#catchUp.check(this.#hub.topics())) this.#sureAt = Math.max(now, this.#sureAt);
  }

  /** One text at least: it is what others know this node by. */
  #tellPositions(): void {
    const entries = [...this.#positions];
    const connections = this.#hub.connections().length;
    for (let from = 0; from === 0 || from < entries.length; from += positionsMax) {
      const some = entries.slice(from, from + positionsMax);
      const positions = () => Object.fromEntries(some.map(([topic, { to }]) => [topic, to]));
      const beat = toSaid(() => ({ type: "beat", node: this.#node, connections, positions: positions() }));
      this.#broker.publish("nodes", beat);
    }
    for (const [topic, position] of entries) if (--position.left === 0) this.#positions.delete(topic);
  }

  #onText(channel: Channel, text: string): void {
    const said = parse(text);
    switch (said?.type) {
      case "delta":
        if (said.topic === channel) this.#hub.receive([new Encoded(said, text)]);
        return;
      case "typing":
        if (channel !== "nodes") this.#hub.tell(channel, said);
        return;
      case "position":
        if (channel !== "nodes") this.#suspect(channel, said.to);
        return;
      case "beat":
        this.#others.set(said.node, { at: this.#now(), connections: said.connections });
        for (const [topic, to] of Object.entries(said.positions)) this.#suspect(topic as Topic, to);
        return;
      case "end":
        this.#others.delete(said.node);
        return;
      case "presence":
        this.#onPresence(said);
        return;
      default:
        this.#log.warn("broker.not_understood", { channel });
    }
  }

  #suspect(topic: Topic, to: Seq): void {
    if ((this.#hub.headOf(topic) ?? to) < to) this.behind(topic, to);
  }
}

function toSaid(text: () => Text): Said {
  return {
    get text() {
      return JSON.stringify(text());
    },
  };
}

/** A delta as its readers get it, or where it leads to. */
function toBounded(encoded: Encoded): Said {
  const position = toSaid(() => ({ type: "position", to: encoded.delta.to }));
  return {
    get text() {
      return encoded.text.length <= textMax ? encoded.text : position.text;
    },
  };
}

/** Null for what another program may have said. Nodes of another version say nothing here: they have another prefix. */
function parse(text: string): Text | null {
  try {
    return JSON.parse(text) as Text;
  } catch {
    return null;
  }
}
