import { createClient, ErrorReply } from "@redis/client";
import type { Log } from "../app.ts";

export type RedisClient = ReturnType<typeof makeClient>;

/** The two connections to Redis that a node has while it has any. */
export interface RedisLine {
  readonly commands: RedisClient;
  readonly subscriber: RedisClient;
  /** Whether the server has sharded channels, as Redis has them from 7 on. */
  readonly sharded: boolean;
}

/** Redis answered, and will not do: another address, password or version is needed. */
export class RedisRefusal extends Error {}

/** Until a line is there and Redis has said what it is: it may take a connection and say nothing. */
const connectMs = 2000;
const againMinMs = 100;
const againMaxMs = 1000;
/** Commands that wait for their answer at once. */
const waitingMax = 50_000;

/**
 * This node's line to Redis. A line is never mended: with its first fault both of its connections go, and a new line is
 * made, so that whoever uses it only ever knows two states. A command on a line that is gone rejects at once.
 */
export class Redis {
  readonly #url: string;
  readonly #log: Log;
  readonly #listeners: ((line: RedisLine | null) => void)[] = [];
  #line: RedisLine | null = null;
  #lose: () => void = () => {};
  #closed = false;
  readonly #closing = Promise.withResolvers<void>();
  readonly #running: Promise<void>;

  /**
   * Makes the first line. When nobody answers, it is tried again later and this resolves all the same; `RedisRefusal` when
   * Redis answers that it never will do.
   */
  static async open(url: string, log: Log): Promise<Redis> {
    const first = await makeLine(url).catch((error: unknown) => {
      if (error instanceof RedisRefusal) throw error;
      log.warn("redis.unreachable", { error: reasonOf(error) });
      return null;
    });
    return new Redis(url, log, first);
  }

  private constructor(url: string, log: Log, first: RedisLine | null) {
    this.#url = url;
    this.#log = log;
    this.#running = this.#run(first);
  }

  /** Null while there is none. */
  get line(): RedisLine | null {
    return this.#line;
  }

  /** Calls the listener with the line of now, if there is one, and then with each that comes, and null when it goes. */
  onLine(listener: (line: RedisLine | null) => void): void {
    this.#listeners.push(listener);
    if (this.#line) listener(this.#line);
  }

  /** Gives up the line of now, which does not do what it should, for a new one. */
  drop(): void {
    this.#lose();
  }

  /** Lets what was said last go out. */
  async close(): Promise<void> {
    this.#closed = true;
    const last = this.#line?.commands.ping().catch(() => {});
    await Promise.race([last, pause(connectMs)]);
    this.#closing.resolve();
    this.#lose();
    await this.#running;
  }

  async #run(first: RedisLine | null): Promise<void> {
    let line = first;
    let againMs = againMinMs;
    while (!this.#closed) {
      line ??= await makeLine(this.#url).catch((error: unknown) => {
        if (error instanceof RedisRefusal) this.#log.error("redis.refused", { error: error.message });
        return null;
      });
      if (line && !this.#closed) {
        againMs = againMinMs;
        await this.#use(line);
      } else {
        againMs = Math.min(againMs * 2, againMaxMs);
      }
      if (line) destroyLine(line);
      line = null;
      if (!this.#closed) await Promise.race([pause(againMs * (0.5 + Math.random() / 2)), this.#closing.promise]);
    }
  }

  /** Resolves when the line is lost. */
  async #use(line: RedisLine): Promise<void> {
    const lost = new Promise<string>((resolve) => {
      this.#lose = () => resolve("given up");
      for (const client of [line.commands, line.subscriber]) {
        client.on("error", (error: unknown) => resolve(reasonOf(error)));
        client.on("end", () => resolve("closed"));
        if (!client.isReady) resolve("closed");
      }
    });
    this.#log.info("redis.reached");
    this.#tell(line);
    const error = await lost;
    if (!this.#closed) this.#log.warn("redis.lost", { error });
    this.#tell(null);
  }

  #tell(line: RedisLine | null): void {
    this.#line = line;
    for (const listener of this.#listeners) listener(line);
  }
}

function makeClient(url: string) {
  return createClient({
    url,
    name: "parley",
    disableOfflineQueue: true,
    commandsQueueMaxLength: waitingMax,
    maintNotifications: "disabled",
    socket: { connectTimeout: connectMs, reconnectStrategy: false },
  });
}

async function makeLine(url: string): Promise<RedisLine> {
  const [commands, subscriber] = [makeClient(url), makeClient(url)];
  // A client without a listener for its errors throws them at the process.
  for (const client of [commands, subscriber]) client.on("error", () => {});
  const silence = pause(connectMs).then(() => Promise.reject(new Error("it does not answer")));
  try {
    return { commands, subscriber, sharded: await Promise.race([greet(commands, subscriber), silence]) };
  } catch (error) {
    destroyLine({ commands, subscriber });
    throw isFinal(error) ? new RedisRefusal(reasonOf(error)) : error;
  }
}

/** Whether there are sharded channels. */
async function greet(commands: RedisClient, subscriber: RedisClient): Promise<boolean> {
  await Promise.all([commands.connect(), subscriber.connect()]);
  requireUsable(await commands.info("server"));
  // What a server is told by a version is one thing, what its administrator has left of it another.
  const [known] = (await commands.sendCommand(["COMMAND", "INFO", "SSUBSCRIBE"])) as unknown as unknown[];
  return Boolean(known);
}

function destroyLine({ commands, subscriber }: Pick<RedisLine, "commands" | "subscriber">): void {
  for (const client of [commands, subscriber]) client.destroy();
}

function requireUsable(facts: string): void {
  const version = Number(/^redis_version:(\d+\.\d+)/m.exec(facts)?.[1] ?? 0);
  if (version < 6.2) throw new RedisRefusal(`it is version ${version}, and 6.2 is the oldest that will do`);
  if (/^redis_mode:cluster/m.test(facts)) {
    throw new RedisRefusal("it is a Redis Cluster, and a single server (or one with replicas) is needed");
  }
}

/** What Redis answers by itself stays so, except while it is starting, busy, or looking for its primary. */
function isFinal(error: unknown): boolean {
  if (error instanceof RedisRefusal) return true;
  return (
    error instanceof ErrorReply &&
    !/^(LOADING|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN)\b|max number of clients/i.test(error.message)
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** Keeps no process alive that has nothing else to do. */
const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms).unref());
