import type { Clock, Log, Presences, SharedBuckets } from "./app.ts";
import type { Config } from "./config.ts";
import { MemoryBus } from "./fanout/broker.ts";
import { CatchUp } from "./fanout/catch-up.ts";
import type { Hub } from "./fanout/hub.ts";
import { beatMs, Nodes } from "./fanout/nodes.ts";
import { MemoryPresences } from "./fanout/presence.ts";
import { Redis, RedisRefusal } from "./fanout/redis.ts";
import { joinRedis } from "./fanout/redis-broker.ts";
import { openRedisBuckets } from "./fanout/redis-buckets.ts";
import { openRedisPresenceBook } from "./fanout/redis-presence-book.ts";
import { type PresenceText, SharedPresences } from "./fanout/shared-presences.ts";
import { StartError } from "./start-error.ts";
import type { Store } from "./store/store.ts";

/** What this process has to do with others that work on the same store. */
export interface Cluster {
  readonly presences: Presences & { sweep(): void };
  /** Null: there are no others, or none that this one could ask. */
  readonly buckets: SharedBuckets | null;
  /** Whether other nodes are heard, as far as is known; always where there are none. */
  areHeard(): boolean;
  /** Whether this node has lost sight of everything: what its connections see may not be so any more. */
  isIsolated(): boolean;
  /** Asks the store for nothing more. What is committed is still told. */
  rest(): void;
  /** Tells the others that this node ends. */
  close(): Promise<void>;
}

export interface ClusterOptions {
  readonly config: Config;
  readonly store: Store;
  readonly hub: Hub;
  readonly clock: Clock;
  readonly log: Log;
}

/** Changes with the texts that nodes say: those of one version do not hear those of another. */
const textVersion = 1;

/**
 * Joins the other nodes, if there may be any: the one place that knows by what. On SQLite this is the only process. On
 * PostgreSQL without Redis it is the only node, and what it cannot be sure to have committed itself it reads back. Throws
 * `StartError` when Redis will not do.
 */
export async function joinCluster(options: ClusterOptions): Promise<Cluster> {
  const { config, hub, clock } = options;
  const onPresence = hub.onPresence.bind(hub);
  if (config.redisUrl !== null) return joinOverRedis(options, config.redisUrl);
  const presences = new MemoryPresences(clock, onPresence);
  const only = { presences, buckets: null, areHeard: () => true, isIsolated: () => false };
  if (config.databaseUrl === null) return { ...only, rest() {}, close: async () => {} };
  const bus = new MemoryBus();
  const { rest, nodes } = startNodes(
    options,
    newNodeName(),
    (events) => bus.join(events),
    () => {},
  );
  return { ...only, rest, close: () => nodes.close() };
}

async function joinOverRedis(options: ClusterOptions, url: string): Promise<Cluster> {
  const { config, store, hub, clock, log } = options;
  const redis = await Redis.open(url, log).catch((error: unknown) => {
    if (!(error instanceof RedisRefusal)) throw error;
    throw new StartError(`Redis at REDIS_URL cannot be used: ${error.message}.`);
  });
  if (config.fileStore.kind === "folder") log.info("nodes.share_folder", { folder: config.dataFolder });
  // Names this workspace: others may have the same Redis.
  const { epoch } = await store.getWorkspace({});
  const prefix = `parley:${textVersion}:${epoch}:`;
  const node = newNodeName();
  const presences: SharedPresences = new SharedPresences({
    node,
    clock,
    book: openRedisPresenceBook(redis, prefix),
    say: (text) => nodes.say(text),
    onChange: (user, presence) => hub.onPresence(user, presence),
  });
  const { rest, nodes } = startNodes(
    options,
    node,
    (events) => joinRedis({ redis, prefix, node, events, log }),
    (text) => presences.hear(text),
  );
  const telling = setInterval(() => presences.beat(), beatMs);
  log.info("nodes.joined", { node, reached: redis.line !== null });
  return {
    presences,
    buckets: openRedisBuckets(redis, prefix, log),
    areHeard: () => nodes.areHeard,
    isIsolated: () => nodes.isIsolated,
    rest,
    async close() {
      clearInterval(telling);
      await presences.close();
      await nodes.close();
      await redis.close();
    },
  };
}

function startNodes(
  { store, hub, log }: ClusterOptions,
  node: string,
  join: ConstructorParameters<typeof Nodes>[0]["join"],
  onPresence: (text: PresenceText) => void,
) {
  const catchUp = new CatchUp(store, hub, log);
  const nodes = new Nodes({ node, hub, catchUp, join, onPresence, log, now: () => performance.now() });
  hub.link(nodes);
  const beating = setInterval(() => nodes.beat(), beatMs);
  return {
    nodes,
    rest() {
      clearInterval(beating);
      catchUp.stop();
    },
  };
}

/** Unlike that of any other, before or at the same time. */
const newNodeName = (): string => crypto.randomUUID();
