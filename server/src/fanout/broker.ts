import type { Topic } from "@parley/protocol/model";

/** Where texts go: what the connections of a node follow, and what every node does. */
export type Channel = Topic | "nodes";

/** A text that is made when somebody needs it. */
export interface Said {
  readonly text: string;
}

/**
 * Carries texts between the nodes of one workspace. Nothing durable depends on it: a text may be lost, come twice or out
 * of order, and whoever uses it finds that out from the texts themselves.
 */
export interface Broker {
  /**
   * Hands a text to every other node that follows the channel, at once and without fail; never to this one. While nothing
   * goes wrong, each gets the texts of this node once and in this order.
   */
  publish(channel: Channel, said: Said): void;
  /** From some moment on, which `onFollowing` tells, everything that is published on the channel comes. Idempotent. */
  follow(channel: Channel): void;
  unfollow(channel: Channel): void;
  /** Whether texts arrive, as far as can be known. What is published while they do not is lost. */
  readonly isUp: boolean;
  close(): Promise<void>;
}

/** What a node is told by its broker. Nothing comes before `follow` was called, or after `close`. */
export interface BrokerEvents {
  /** Some node published this text. */
  onText(channel: Channel, text: string): void;
  /**
   * What is published on these channels from now on comes; what was before may be lost. Told of each channel after it was
   * followed, and of all of them each time that the broker is back.
   */
  onFollowing(channels: readonly Channel[]): void;
}

/** The broker of nodes that share a process: of the only one, that is, but for tests. It loses nothing. */
export class MemoryBus {
  readonly #nodes = new Set<{ readonly channels: Set<Channel>; readonly events: BrokerEvents }>();

  join(events: BrokerEvents): Broker {
    const node = { channels: new Set<Channel>(), events };
    this.#nodes.add(node);
    return {
      publish: (channel, said) => {
        if (this.#nodes.size < 2 || !this.#nodes.has(node)) return;
        const { text } = said;
        queueMicrotask(() => {
          for (const other of this.#nodes) {
            if (other !== node && other.channels.has(channel)) other.events.onText(channel, text);
          }
        });
      },
      follow: (channel) => {
        if (node.channels.has(channel)) return;
        node.channels.add(channel);
        queueMicrotask(() => {
          if (this.#nodes.has(node) && node.channels.has(channel)) events.onFollowing([channel]);
        });
      },
      isUp: true,
      unfollow: (channel) => void node.channels.delete(channel),
      close: async () => void this.#nodes.delete(node),
    };
  }
}
