import type { DeltaFrame } from "@parley/protocol/frames";
import type { Topic, UserId } from "@parley/protocol/model";
import type { Connection } from "./connection.ts";
import { Hub } from "./hub.ts";

/** A connection of a test, which keeps all that reaches it. */
export interface Peer extends Connection {
  readonly name: string;
  readonly topics: Set<Topic>;
  /** What was published to it. */
  readonly received: DeltaFrame[];
  readonly closed: { readonly code: number; readonly reason: string | undefined }[];
  heardAt: number;
  buffered: number;
  terminated: boolean;
  pinged: number;
  readonly sent: string[];
}

/**
 * A hub on a wire with connections: each publish is kept, and given to who is subscribed at that moment, as Bun's sockets
 * do.
 */
export class Wire {
  readonly published: { readonly topic: Topic; readonly text: string }[] = [];
  readonly #open = new Set<Peer>();
  readonly hub = new Hub((topic, text) => {
    this.published.push({ topic, text });
    for (const peer of this.#open) if (peer.topics.has(topic)) peer.received.push(JSON.parse(text) as DeltaFrame);
  });

  /** A connection that follows these topics from these heads on. */
  connect(userId: UserId, follows: Readonly<Record<string, number>> = {}, sessionId?: string): Peer {
    const peer = this.open(userId, sessionId);
    this.hub.add(peer);
    this.hub.follow(
      peer,
      Object.entries(follows).map(([topic, head]) => ({ topic: topic as Topic, head })),
    );
    return peer;
  }

  /** A connection that the hub does not know yet. */
  open(userId: UserId, sessionId = `S-${userId}`): Peer {
    const { hub } = this;
    const open = this.#open;
    const peer: Peer = {
      name: userId,
      userId,
      sessionId,
      isPublishedTo: true,
      expiresAt: 1000,
      topics: new Set(),
      received: [],
      closed: [],
      heardAt: 0,
      buffered: 0,
      terminated: false,
      pinged: 0,
      ping: () => void peer.pinged++,
      lastHeardAt: () => peer.heardAt,
      sent: [],
      send: (text) => void peer.sent.push(text),
      subscribe: (topic) => peer.topics.add(topic),
      unsubscribe: (topic) => peer.topics.delete(topic),
      bufferedBytes: () => peer.buffered,
      // A real socket tells the hub as soon as it is closed.
      close(code, reason) {
        peer.closed.push({ code, reason });
        open.delete(peer);
        hub.remove(peer);
      },
      terminate() {
        peer.terminated = true;
        open.delete(peer);
        hub.remove(peer);
      },
    };
    open.add(peer);
    return peer;
  }
}
