import { createRoute, z } from "@hono/zod-openapi";
import { encodeFrame } from "@parley/protocol/codec";
import { closeCodes, isFinalClose, ParleyError } from "@parley/protocol/errors";
import type { AckFrame, PongFrame, WelcomeFrame } from "@parley/protocol/frames";
import { eventsQuery } from "@parley/protocol/http/live";
import { formatPositions, type Positions, parsePositions } from "@parley/protocol/positions";
import { protocolVersion } from "@parley/protocol/version";
import type { App } from "../app.ts";
import { findSignedIn, toOwnUser } from "../domain/sessions.ts";
import type { Connection } from "../fanout/connection.ts";
import type { Hub } from "../fanout/hub.ts";
import type { Missed } from "../fanout/missed.ts";
import { register, resume } from "../fanout/resume.ts";
import type { SignedIn } from "../store/accounts.ts";
import type { Arrivals } from "./arrivals.ts";
import { originOf, readToken, requireSameOriginSocket } from "./auth.ts";
import { type Http, problem, type RouteOptions, security, signedIn } from "./route.ts";
import { heartbeatMs, requireFreeConnection } from "./websocket.ts";

interface Fanout {
  readonly hub: Hub;
  readonly missed: Missed;
}

interface EventOptions extends RouteOptions, Fanout {
  readonly arrivals: Arrivals;
}

/**
 * Server-Sent Events: what a socket would be sent, for clients that cannot have one. What they have to say goes by
 * `POST /api/commands`.
 *
 * An event's id is the reader's positions, and comes with each pong rather than with each event: who returns with it is
 * sent again what came since, and deltas that are not ahead are ignored anyway.
 */
export function eventRoutes(http: Http, options: EventOptions): void {
  const { app, hub, arrivals, limits } = options;
  http.openapi(
    createRoute({
      method: "get",
      path: "/api/events",
      tags: ["live"],
      summary: "Everything as it happens, as Server-Sent Events",
      description:
        "The frames of the socket, one in each event: a welcome, what was missed since `Last-Event-ID` or `positions` with the ack of a resume (ref 0), then everything live, and a pong at every heartbeat.",
      security,
      middleware: [signedIn(options, "connect")] as const,
      request: { query: eventsQuery },
      responses: {
        200: {
          description: "A stream that ends when the session does.",
          content: { "text/event-stream": { schema: z.string() } },
        },
        default: problem,
      },
    }),
    async (context) => {
      const { raw } = context.req;
      if (raw.method !== "GET") throw new ParleyError("method_not_allowed");
      requireSameOriginSocket(raw, originOf(raw, app.settings.publicUrl));
      const line = context.req.header("last-event-id") ?? context.req.valid("query").positions;
      const positions = line === undefined ? null : parsePositions(line);
      if (line !== undefined && positions === null) throw new ParleyError("invalid", "These are no positions.");
      const token = readToken(raw, context.env.secure);
      if (token === null) throw new ParleyError("not_signed_in");
      arrivals.admit(hub.open);
      requireFreeConnection(hub, limits, context.var.actor.user.id);
      context.env.keepOpen();
      const stream = new EventStream(options, context.var.actor, token);
      stream.open(positions).catch((error: unknown) => {
        app.log.error("events.open_failed", { error: String(error) });
        stream.terminate();
      });
      return new Response(stream.body, {
        headers: {
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-store, no-transform",
          // Some proxies hold back what they are not told to let through.
          "x-accel-buffering": "no",
        },
      });
    },
  );
}

class EventStream implements Connection {
  readonly isPublishedTo = false;
  readonly body: ReadableStream<Uint8Array>;
  readonly expiresAt: number;
  readonly #app: App;
  readonly #hub: Hub;
  readonly #missed: Missed;
  readonly #token: string;
  readonly #source = crypto.randomUUID();
  #actor: SignedIn;
  #epoch = "";
  #output: ReadableStreamDefaultController<Uint8Array> | null = null;
  #state: "opening" | "open" | "closed" = "opening";
  /** What is published before the welcome is written, and how much that is. */
  #early: string[] = [];
  #earlyBytes = 0;
  /** When the peer had last taken everything. */
  #takenAt: number;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor({ app, hub, missed }: Fanout & { readonly app: App }, actor: SignedIn, token: string) {
    this.#app = app;
    this.#hub = hub;
    this.#missed = missed;
    this.#actor = actor;
    this.#token = token;
    this.#takenAt = app.clock.now();
    this.expiresAt = Date.parse(actor.session.expiresAt);
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (output) => {
          this.#output = output;
        },
        cancel: () => this.#forget(),
      },
      { highWaterMark: 0, size: (chunk) => chunk?.byteLength ?? 0 },
    );
  }

  get userId() {
    return this.#actor.user.id;
  }

  get sessionId() {
    return this.#actor.session.id;
  }

  /** As a socket opens: subscribed first, then looked up once more, then welcomed; nothing after that can be missed. */
  async open(positions: Positions | null): Promise<void> {
    this.#epoch = await register(this.#app.store, this.#hub, this);
    const actor = await findSignedIn(this.#app, this.#token);
    if (this.#isClosed()) {
      this.#hub.remove(this);
      return;
    }
    if (!actor) {
      this.close(closeCodes.notSignedIn);
      return;
    }
    this.#actor = actor;
    this.#state = "open";
    this.#app.presences.here(this.userId, this.#source);
    const user = toOwnUser(actor.user);
    const welcome: WelcomeFrame = { type: "welcome", protocol: protocolVersion, user, epoch: this.#epoch, heartbeatMs };
    this.send(encodeFrame(welcome));
    for (const text of this.#early.splice(0)) this.send(text);
    this.#earlyBytes = 0;
    if (positions) await this.#resume(positions);
    this.#pong();
    if (!this.#isClosed()) this.#heartbeat = setInterval(() => this.#pong(), heartbeatMs);
  }

  send(text: string): void {
    if (this.#state !== "opening") {
      this.#write(`data: ${text}\n\n`);
    } else {
      this.#early.push(text);
      this.#earlyBytes += text.length;
    }
  }

  /** A stream cannot be asked: whether its peer takes what it is sent is all that can be known. */
  ping(): void {}

  subscribe(): void {}

  unsubscribe(): void {}

  bufferedBytes(): number {
    return this.#earlyBytes - Math.min(0, this.#output?.desiredSize ?? 0);
  }

  lastHeardAt(): number {
    if (this.bufferedBytes() === 0) this.#takenAt = this.#app.clock.now();
    return this.#takenAt;
  }

  close(code: number, reason = ""): void {
    if (this.#isClosed()) return;
    if (code === closeCodes.tooSlow) {
      // What waits to be taken is dropped: it would keep the stream open for as long as its peer likes.
      this.terminate();
      return;
    }
    if (code === closeCodes.restarting || code === closeCodes.overloaded) {
      this.#write(`retry: ${JSON.parse(reason).retryInMs}\n\n`);
    }
    const output = this.#output;
    this.#forget(isFinalClose(code) ? "ended" : "dropped");
    output?.close();
  }

  terminate(): void {
    const output = this.#output;
    this.#forget();
    output?.error(new Error("the peer is gone"));
  }

  async #resume(positions: Positions): Promise<void> {
    const context = { store: this.#app.store, hub: this.#hub, missed: this.#missed };
    const { frames, gone } = await resume(context, this, this.#epoch, positions);
    for (const text of frames) this.send(text);
    this.send(encodeFrame({ type: "ack", ref: 0, gone } satisfies AckFrame));
  }

  #pong(): void {
    const heads = this.#hub.headsOf(this);
    const pong: PongFrame = { type: "pong", heads };
    this.#write(`id: ${formatPositions({ epoch: this.#epoch, topics: heads })}\ndata: ${encodeFrame(pong)}\n\n`);
  }

  #write(text: string): void {
    this.#output?.enqueue(encoder.encode(text));
  }

  #forget(how: "dropped" | "ended" = "dropped"): void {
    this.#hub.remove(this);
    this.#state = "closed";
    this.#output = null;
    clearInterval(this.#heartbeat);
    this.#app.presences.left(this.userId, this.#source, how);
  }

  #isClosed(): boolean {
    return this.#state === "closed";
  }
}

const encoder = new TextEncoder();
