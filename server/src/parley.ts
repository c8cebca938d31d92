import { lookup } from "node:dns/promises";
import { join } from "node:path";
import { ParleyError } from "@parley/protocol/errors";
import type { App, Blobs, Clock, Log } from "./app.ts";
import { createBackups } from "./backup/scheduled.ts";
import { openCloudinaryBlobs } from "./blobs/cloudinary.ts";
import { openFolderBlobs } from "./blobs/folder.ts";
import { openS3Blobs } from "./blobs/s3.ts";
import { openSpool } from "./blobs/spool.ts";
import { joinCluster } from "./cluster.ts";
import { type Config, type FileStore, toEnvironment } from "./config.ts";
import { openStore } from "./database.ts";
import { Hub } from "./fanout/hub.ts";
import { Missed } from "./fanout/missed.ts";
import { backUpLater } from "./jobs/back-up.ts";
import { cleanFilesLater } from "./jobs/clean-files.ts";
import { Mailer } from "./jobs/mail.ts";
import { Notifier } from "./jobs/notify.ts";
import { purgeRoomsLater } from "./jobs/purge-rooms.ts";
import { RefusedSignIns } from "./jobs/refused-sign-ins.ts";
import { connectionsPossible } from "./platform/descriptors.ts";
import { createImages } from "./platform/images.ts";
import { createMail } from "./platform/mail.ts";
import { createPasswords } from "./platform/passwords.ts";
import { createPush } from "./platform/push.ts";
import { type Peer, type Serving, serve } from "./platform/serve.ts";
import { StartError } from "./start-error.ts";
import { Arrivals } from "./transport/arrivals.ts";
import { readAssets } from "./transport/assets.ts";
import { createClientAddress } from "./transport/client-address.ts";
import { createHttp, toProblem } from "./transport/http.ts";
import { createLimits, noLimits } from "./transport/limits.ts";
import { isSecure } from "./transport/route.ts";
import {
  createSocketHandlers,
  quietMs,
  type SocketData,
  silentMs,
  socketPath,
  upgradeSocket,
} from "./transport/websocket.ts";
import { readVersion } from "./version.ts";

/**
 * Above this a reader is too slow: it leaves room for the largest answer to a resume. Bun drops frames silently at
 * `backpressureBytes`, so the sweep must come first.
 */
const slowBytes = 256 * 1024;
const backpressureBytes = 512 * 1024;
const sweepEveryMs = 1000;
/** A reader that falls behind in a burst must be seen before Bun has dropped frames and it has caught up again. */
const sweepSoonMs = 50;
/** Frames up to here are read and refused with a clear error; the platform cuts off what is larger. */
const hardLimitBytes = 1024 * 1024;
const imageBounds = { timeMs: 5000, memoryBytes: 256 * 1024 * 1024, pixels: 50_000_000, idleMs: 60_000 };
/** What files leave on the disk for messages. */
const reservedBytes = 256 * 1024 * 1024;

/** Of the connections that are let in, those that a restart asks to come back: the rest is for others. */
const returningShare = 2 / 3;

const root = join(import.meta.dirname, "../..");

export interface ParleyOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The store failed for good. */
  readonly onFatal: (error: Error) => void;
}

export interface Parley {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, tells clients when to return, finishes commits, releases everything. */
  stop(): Promise<void>;
}

/** Assembles the program and starts it: the one place that knows every part. Throws `StartError` when it cannot. */
export async function startParley(config: Config, { clock, log, onFatal }: ParleyOptions): Promise<Parley> {
  const store = await openStore(config, {
    onFatal,
    onFull: (isFull) => (isFull ? log.error("storage.full") : log.info("storage.room_again")),
    onUnreachable: (error) => log.warn("database.unreachable", { error: error.message }),
  });
  const files = await openFiles(config).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  let serving: Serving | null = null;
  let ready = true;
  let sweepingSoon = false;
  const hub = new Hub(
    (topic, text) => {
      const behind = serving?.publish(topic, text) ?? false;
      if (!behind || sweepingSoon) return;
      sweepingSoon = true;
      setTimeout(sweep, sweepSoonMs);
    },
    { now: () => clock.now(), returnsPerSecond: config.connectsPerSecond * returningShare },
  );
  const sweep = () => {
    sweepingSoon = false;
    hub.sweep(clock.now(), { bufferedBytes: slowBytes, quietMs, silentMs });
  };
  const cluster = await joinCluster({ config, store, hub, clock, log }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const { presences } = cluster;
  store.onCommit((commit) => hub.publish(commit));
  // Whoever asks again and again is here through their session: it ends with that.
  hub.onRevoked((user, session) => presences.left(user, session, "ended"));
  const images = createImages(imageBounds);
  const app: App = {
    store,
    fanout: hub,
    presences,
    passwords: createPasswords(),
    ...files,
    images,
    push: createPush({ subject: pushSubject(config.publicUrl), hosts: config.pushHosts }),
    mail: config.mail && createMail(config.mail, log),
    backups: createBackups({
      plan: config.backup,
      dataFolder: config.dataFolder,
      environment: toEnvironment(config, process.env),
    }),
    jobs: {
      notifyLater: (message) => notifier.messageSent(message),
      mailLater: (request) => mailer.requested(request),
      signInRefused: (refusal) => refusals.refused(refusal),
    },
    clock,
    log,
    settings: {
      publicUrl: config.publicUrl,
      signUp: config.signUp,
      files: config.files,
      fileStore: config.fileStore.kind,
    },
  };
  const notifier = new Notifier(app);
  const mailer = new Mailer(app);
  const refusals = new RefusedSignIns(app);
  const missed = new Missed(store, hub);
  const limits = config.limits ? createLimits(clock, cluster.buckets) : noLimits;
  const arrivals = new Arrivals({
    perSecond: config.limits ? config.connectsPerSecond : Number.POSITIVE_INFINITY,
    most: connectionsPossible(),
    clock,
  });
  const http = createHttp({
    app,
    hub,
    missed,
    arrivals,
    limits,
    assets: readAssets(join(root, "client/dist")),
    version: readVersion(),
    isReady: async () => ready && cluster.areHeard() && (await store.getWorkspace({}).then(Boolean, () => false)),
  });
  const secure = isSecure(app);
  const clientAddress = createClientAddress(config.trustedProxies);

  const respond = async (request: Request, peer: Peer<SocketData>): Promise<Response | undefined> => {
    const env = {
      address: clientAddress(request, peer.address),
      secure,
      keepOpen: peer.keepOpen,
    };
    try {
      const url = URL.parse(request.url);
      // Of a `Host` that is none, Bun makes an address that is none.
      if (!url) throw new ParleyError("malformed");
      if (url.pathname !== socketPath) return await http.fetch(request, env);
      if (!ready || cluster.isIsolated()) throw new ParleyError("unavailable", undefined, { retryAfterMs: 2000 });
      arrivals.admit(hub.open);
      await upgradeSocket({ app, hub, limits }, request, peer.upgrade, env);
      return undefined;
    } catch (error) {
      return toProblem(error, env.secure, log);
    }
  };

  try {
    // Bun says of a name that leads nowhere that its address is in use.
    await lookup(config.hostname);
    serving = serve<SocketData>({
      hostname: config.hostname,
      port: config.port,
      onRequest: respond,
      sockets: createSocketHandlers({ app, hub, missed, limits }),
      // Bodies are read as they come, each route to its own limit.
      maxBodyBytes: Number.MAX_SAFE_INTEGER,
      maxFrameBytes: hardLimitBytes,
      backpressureBytes,
    });
  } catch (error) {
    cluster.rest();
    await store.close();
    await cluster.close();
    throw toStartError(error, config);
  }
  const { port } = serving;
  const sweeping = setInterval(() => {
    // Another node may know what goes on; a page that shows nothing new is worse than one that says so.
    if (cluster.isIsolated()) hub.sendAway();
    sweep();
    presences.sweep();
    refusals.sweep();
    hub.tellPresence();
  }, sweepEveryMs);
  const purge = purgeRoomsLater(app);
  const cleaning = cleanFilesLater(app);
  const backingUp = backUpLater(app);

  return {
    url: config.publicUrl ?? `http://${config.hostname === "0.0.0.0" ? "localhost" : config.hostname}:${port}`,
    port,
    async stop() {
      ready = false;
      serving?.stopListening();
      clearInterval(sweeping);
      images.stop();
      backingUp.stop();
      cleaning.stop();
      purge.stop();
      mailer.stop();
      notifier.stop();
      hub.sendAway();
      cluster.rest();
      await refusals.stop();
      await store.close();
      await cluster.close();
      await serving?.stop();
    },
  };
}

/** On SQLite the data folder is this process's own by now; other nodes may share it. */
async function openFiles(config: Config): Promise<Pick<App, "spool" | "blobs">> {
  const folder = join(config.dataFolder, "files");
  try {
    return {
      spool: await openSpool(join(folder, "incoming"), { shared: config.databaseUrl !== null }),
      blobs: await openBlobs(folder, config.fileStore),
    };
  } catch (error) {
    throw new StartError(`the folder ${folder} cannot be written (${error instanceof Error ? error.message : error}).`);
  }
}

async function openBlobs(folder: string, store: FileStore): Promise<Blobs> {
  switch (store.kind) {
    case "folder":
      return openFolderBlobs(folder, { reserveBytes: reservedBytes });
    case "s3":
      return openS3Blobs(store);
    case "cloudinary":
      return openCloudinaryBlobs(store);
  }
}

/** Push services want to know whom to tell of trouble: an address on the web, else one for mail. */
function pushSubject(publicUrl: string | null): string {
  return publicUrl?.startsWith("https:") ? publicUrl : "mailto:operator@parley.invalid";
}

function toStartError(error: unknown, config: Config): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const at = `${config.hostname}:${config.port}`;
  switch (code) {
    case "EADDRINUSE":
      return new StartError(`${at} is in use. Stop the program that listens there, or set PORT to another number.`);
    case "EACCES":
      return new StartError(`this user may not listen on ${at}. Set PORT to a number above 1023.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new StartError(`HOST “${config.hostname}” is not an address of this computer.`);
    default:
      return error;
  }
}
