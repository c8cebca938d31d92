import type { Log } from "../app.ts";
import type { Broker, BrokerEvents, Channel, Said } from "./broker.ts";
import type { Redis, RedisLine } from "./redis.ts";

/** How often a node listens for its own voice. */
const probeEveryMs = 500;
/** Without it for this long texts may be on their way nowhere … */
const deafMs = 1500;
/** … and after this long another line may do better. */
const deadMs = 5000;
/** Channels that are followed with one command. */
const chunk = 1000;
/** Texts that Redis has not taken yet; what comes beyond is lost. */
const waitingBytes = 32 * 1024 * 1024;

export interface RedisBrokerOptions {
  readonly redis: Redis;
  /** Begins the name of every channel: nodes hear each other that have it in common. */
  readonly prefix: string;
  /** Names this node among them; without a space. */
  readonly node: string;
  readonly events: BrokerEvents;
  readonly log: Log;
}

/**
 * A broker over the channels of Redis: one for each topic that this node follows. A text travels behind its node's name.
 *
 * Redis says nothing when it loses something, and a connection may be dead for long before anyone notices. So a node sends
 * texts to itself, twice a second: as long as they come back, so does everything else.
 */
export function joinRedis(options: RedisBrokerOptions): Broker {
  return new RedisBroker(options);
}

class RedisBroker implements Broker {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #own: string;
  readonly #events: BrokerEvents;
  readonly #log: Log;
  readonly #probe: string;
  readonly #probing: ReturnType<typeof setInterval>;
  /** What is to be followed, and what the line of now has been told to. */
  readonly #wanted = new Set<string>();
  readonly #had = new Set<string>();
  /** Channels for which the two may differ, or which somebody waits to be told of. */
  readonly #changed = new Set<string>();
  #settling: Promise<void> = Promise.resolve();
  #line: RedisLine | null = null;
  #echoAt = 0;
  #isUp = false;
  #waiting = 0;
  /** Something could not be sent on the line of now: said once. */
  #hasFailed = false;
  #closed = false;

  constructor({ redis, prefix, node, events, log }: RedisBrokerOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#own = `${node} `;
    this.#events = events;
    this.#log = log;
    this.#probe = `${prefix}probe:${node}`;
    this.#probing = setInterval(() => this.#sound(), probeEveryMs);
    redis.onLine((line) => {
      if (!this.#closed) this.#onLine(line);
    });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  publish(channel: Channel, said: Said): void {
    if (this.#line) this.#send(`${this.#prefix}${channel}`, this.#own + said.text);
  }

  follow(channel: Channel): void {
    this.#wanted.add(this.#prefix + channel);
    this.#change(this.#prefix + channel);
  }

  unfollow(channel: Channel): void {
    this.#wanted.delete(this.#prefix + channel);
    this.#change(this.#prefix + channel);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#probing);
    const names = [...this.#had];
    const line = this.#line;
    this.#line = null;
    this.#isUp = false;
    if (line) await unsubscribe(line, names).catch(() => {});
  }

  #onLine(line: RedisLine | null): void {
    this.#line = line;
    this.#had.clear();
    this.#isUp = false;
    this.#waiting = 0;
    this.#hasFailed = false;
    if (!line) return;
    this.#echoAt = performance.now();
    this.#changed.clear();
    for (const channel of this.#wanted) this.#changed.add(channel);
    this.#followAll(line).catch(() => this.#giveUp(line));
  }

  /** The probe comes last: whoever hears it hears everything. */
  async #followAll(line: RedisLine): Promise<void> {
    await this.#settle(line);
    await subscribe(line, [this.#probe], () => this.#onEcho(line));
    this.#sound();
  }

  #change(channel: string): void {
    const line = this.#line;
    if (!line) return;
    this.#changed.add(channel);
    // The first follow of a turn of the event loop takes the others of that turn along.
    if (this.#changed.size === 1) queueMicrotask(() => this.#settle(line).catch(() => this.#giveUp(line)));
  }

  /** Follows what is wanted and nothing else, one command at a time: what comes meanwhile is the next command. */
  #settle(line: RedisLine): Promise<void> {
    const run = async () => {
      while (this.#line === line && this.#changed.size > 0) {
        const names = [...this.#changed].slice(0, chunk);
        for (const name of names) this.#changed.delete(name);
        // Whatever changes during these commands is looked at once more after them.
        const begun = names.filter((name) => this.#wanted.has(name) && !this.#had.has(name));
        await subscribe(line, begun, (text, name) => this.#onText(line, name, text));
        if (this.#line !== line) return;
        for (const name of begun) this.#had.add(name);
        const ended = names.filter((name) => !this.#wanted.has(name) && this.#had.delete(name));
        await unsubscribe(line, ended);
        this.#tellFollowing(names);
      }
    };
    this.#settling = this.#settling.catch(() => {}).then(run);
    return this.#settling;
  }

  #tellFollowing(names: Iterable<string>): void {
    const channels = [...names].filter((name) => this.#wanted.has(name) && this.#had.has(name));
    if (channels.length > 0) this.#events.onFollowing(channels.map((name) => this.#channelOf(name)));
  }

  #onText(line: RedisLine, name: string, text: string): void {
    if (this.#line !== line || !this.#wanted.has(name) || text.startsWith(this.#own)) return;
    this.#events.onText(this.#channelOf(name), text.slice(text.indexOf(" ") + 1));
  }

  #channelOf(name: string): Channel {
    return name.slice(this.#prefix.length) as Channel;
  }

  #sound(): void {
    const silentMs = performance.now() - this.#echoAt;
    if (!this.#line) return;
    if (silentMs > deafMs) this.#isUp = false;
    if (silentMs > deadMs) this.#giveUp(this.#line);
    else this.#send(this.#probe, "");
  }

  #onEcho(line: RedisLine): void {
    if (this.#line !== line) return;
    this.#echoAt = performance.now();
    if (this.#isUp) return;
    this.#isUp = true;
    this.#tellFollowing(this.#wanted);
  }

  #giveUp(line: RedisLine): void {
    if (this.#line === line && !this.#closed) this.#redis.drop();
  }

  #send(name: string, text: string): void {
    const line = this.#line;
    if (!line || this.#waiting + text.length > waitingBytes) return;
    this.#waiting += text.length;
    const sent = line.sharded ? line.commands.sPublish(name, text) : line.commands.publish(name, text);
    sent
      .catch((error: unknown) => {
        if (this.#line !== line || this.#hasFailed) return;
        this.#hasFailed = true;
        this.#log.warn("broker.not_sent", { error: String(error) });
      })
      .finally(() => {
        if (this.#line === line) this.#waiting -= text.length;
      });
  }
}

type Heard = (text: string, name: string) => void;

async function subscribe({ subscriber, sharded }: RedisLine, names: string[], heard: Heard): Promise<void> {
  if (names.length === 0) return;
  await (sharded ? subscriber.sSubscribe(names, heard) : subscriber.subscribe(names, heard));
}

async function unsubscribe({ subscriber, sharded }: RedisLine, names: string[]): Promise<void> {
  if (names.length === 0) return;
  await (sharded ? subscriber.sUnsubscribe(names) : subscriber.unsubscribe(names));
}
