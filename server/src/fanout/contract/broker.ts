import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker, BrokerEvents, Channel } from "../broker.ts";

/** One kind of broker, as its test provides it. */
export interface BrokerEngine {
  join(events: BrokerEvents): Promise<Broker>;
  /** After every node has closed. */
  dispose(): Promise<void>;
}

/** One node: what its broker told it, and a way to wait for that. */
export class Listener implements BrokerEvents {
  readonly heard: string[] = [];
  readonly following: Channel[] = [];
  readonly #waiting = new Set<() => void>();
  #broker: Broker | null = null;

  static async join(engine: BrokerEngine): Promise<Listener> {
    const listener = new Listener();
    listener.#broker = await engine.join(listener);
    return listener;
  }

  get broker(): Broker {
    if (!this.#broker) throw new Error("it has not joined yet");
    return this.#broker;
  }

  onText(channel: Channel, text: string): void {
    this.heard.push(`${channel} ${text}`);
    this.#check();
  }

  onFollowing(channels: readonly Channel[]): void {
    this.following.push(...channels);
    this.#check();
  }

  publish(channel: Channel, text: string): void {
    this.broker.publish(channel, { text });
  }

  /** Resolves as soon as it holds. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  async follow(...channels: readonly Channel[]): Promise<void> {
    for (const channel of channels) this.broker.follow(channel);
    await this.until(() => {
      const following = new Set(this.following);
      return channels.every((channel) => following.has(channel));
    });
  }

  #check(): void {
    for (const check of [...this.#waiting]) check();
  }
}

/** The suite that each broker must pass. */
export function brokerContract(name: string, open: () => BrokerEngine): void {
  describe(`broker: ${name}`, () => {
    const listeners: Listener[] = [];
    let engine: BrokerEngine;
    const join = async (count: 2 | 3) => {
      const joined = await Promise.all(Array.from({ length: count }, () => Listener.join(engine)));
      listeners.push(...joined);
      return joined as [Listener, Listener, Listener];
    };
    beforeEach(() => {
      engine = open();
    });
    afterEach(async () => {
      await Promise.all(listeners.splice(0).map(({ broker }) => broker.close()));
      await engine.dispose();
    });

    test("a text reaches every other node that follows its channel, and nobody else", async () => {
      const [one, two, three] = await join(3);
      await Promise.all([
        one.follow("room:R1", "nodes"),
        two.follow("room:R1", "nodes"),
        three.follow("room:R2", "nodes"),
      ]);
      one.publish("room:R1", "for two");
      one.publish("room:R2", "for three");
      one.publish("room:R3", "for nobody");
      one.publish("nodes", "for both");
      await Promise.all([two, three].map((node) => node.until(() => node.heard.length === 2)));
      // What another says now comes after anything that one's own might have come back as.
      two.publish("nodes", "last");
      await one.until(() => one.heard.length > 0);
      expect(two.heard).toEqual(["room:R1 for two", "nodes for both"]);
      expect(three.heard.slice(0, 2)).toEqual(["room:R2 for three", "nodes for both"]);
      expect(one.heard).toEqual(["nodes last"]);
    });

    test("the texts of a node come once and in its order, whatever is in them", async () => {
      const [one, two] = await join(2);
      await Promise.all([one.follow("room:R1"), two.follow("room:R1", "workspace")]);
      const sent: string[] = [];
      for (let each = 0; each < 2000; each++) {
        const channel = each % 3 === 0 ? "workspace" : "room:R1";
        const text = `${each} \r\n “é👩‍👧 ${"x".repeat(each % 50)}`;
        sent.push(`${channel} ${text}`);
        one.publish(channel, text);
      }
      await two.until(() => two.heard.length >= sent.length);
      expect(two.heard).toEqual(sent);
    });

    test("a channel that is followed no more is silent, and comes again when it is followed again", async () => {
      const [one, two] = await join(2);
      await two.follow("room:R1", "nodes");
      two.broker.unfollow("room:R1");
      await two.follow("user:U1");
      one.publish("room:R1", "unheard");
      one.publish("nodes", "heard");
      await two.until(() => two.heard.includes("nodes heard"));
      two.broker.follow("room:R1");
      await two.until(() => two.following.filter((channel) => channel === "room:R1").length === 2);
      one.publish("room:R1", "heard");
      await two.until(() => two.heard.includes("room:R1 heard"));
      expect(two.heard).toEqual(["nodes heard", "room:R1 heard"]);
    });

    test("whatever a channel was in between, it is followed in the end if that was asked for last", async () => {
      const [one, two] = await join(2);
      await two.follow("nodes");
      for (let each = 0; each < 50; each++) {
        two.broker.follow("room:R1");
        two.broker.follow("room:R2");
        two.broker.unfollow("room:R1");
        two.broker.unfollow("room:R2");
        two.broker.follow("room:R1");
        if (each % 7 === 0) await Promise.resolve();
      }
      await two.until(() => two.following.includes("room:R1"));
      await two.follow("user:U1");
      one.publish("room:R2", "unheard");
      one.publish("room:R1", "heard");
      await two.until(() => two.heard.includes("room:R1 heard"));
      expect(two.heard).toEqual(["room:R1 heard"]);
    });

    test("channels that come and go while others are being followed are followed in the end as they were asked for", async () => {
      const [one, two] = await join(2);
      await two.follow("nodes");
      const topics = Array.from({ length: 20 }, (_, each) => `room:R${each}` as const);
      for (let round = 0; round < 30; round++) {
        for (const [index, topic] of topics.entries()) {
          if ((index * 7 + round * 3) % 5 < 2) two.broker.follow(topic);
          else two.broker.unfollow(topic);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      const wanted = topics.filter((_, index) => (index * 7 + 29 * 3) % 5 < 2);
      await two.follow("user:U1");
      for (const topic of topics) one.publish(topic, "x");
      one.publish("nodes", "last");
      await two.until(() => two.heard.includes("nodes last"));
      expect(two.heard.filter((text) => text !== "nodes last")).toEqual(wanted.map((topic) => `${topic} x`));
    });

    test("many channels at once are all followed", async () => {
      const [one, two] = await join(2);
      const topics = Array.from({ length: 3000 }, (_, each) => `room:R${each}` as const);
      await two.follow(...topics);
      for (const topic of topics) one.publish(topic, "x");
      await two.until(() => two.heard.length >= topics.length);
      expect(two.heard).toEqual(topics.map((topic) => `${topic} x`));
    });

    test("after its end a node hears nothing, and what it says goes nowhere", async () => {
      const [one, two, three] = await join(3);
      await Promise.all([two.follow("nodes"), three.follow("nodes")]);
      await two.broker.close();
      two.publish("nodes", "from beyond");
      one.publish("nodes", "x");
      await three.until(() => three.heard.length > 0);
      expect([two.heard, three.heard]).toEqual([[], ["nodes x"]]);
    });
  });
}
