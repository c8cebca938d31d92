import { decodeClientFrame, encodeFrame } from "@parley/protocol/codec";
import type { Command } from "@parley/protocol/commands";
import { closeCodes, isFinalClose, ParleyError } from "@parley/protocol/errors";
import type { AckFrame, PongFrame, ServerFrame, WelcomeFrame } from "@parley/protocol/frames";
import { limits as bounds } from "@parley/protocol/limits";
import type { Role, UserId } from "@parley/protocol/model";
import { protocolVersion } from "@parley/protocol/version";
import type { App } from "../app.ts";
import { getPresence } from "../domain/presence.ts";
import { findSignedIn, toOwnUser } from "../domain/sessions.ts";
import type { Connection } from "../fanout/connection.ts";
import type { Hub } from "../fanout/hub.ts";
import type { Missed } from "../fanout/missed.ts";
import { register, resume } from "../fanout/resume.ts";
import type { Socket, SocketHandlers } from "../platform/serve.ts";
import type { SignedIn } from "../store/accounts.ts";
import { authenticate, originOf, readToken, requireSameOriginSocket } from "./auth.ts";
import { type AckFields, dispatch, parseCommand } from "./dispatch.ts";
import { connectionsPerUser, type Limits } from "./limits.ts";

export const socketPath = "/api/socket";
export const heartbeatMs = 25_000;
/** A peer that has said nothing for this long is asked for a sign of life. */
export const quietMs = 15_000;
/** Every sign of life is one of presence, but not every frame needs to say so. */
const hereEveryMs = 5_000;
/** A peer that missed two heartbeats and half of the next is gone. */
export const silentMs = 2.5 * heartbeatMs;
/** Commands of one connection that may be under way at once. */
const outstandingMax = 1024;

/** What a socket carries from its upgrade on: who it is was settled there. */
export interface SocketData {
  readonly actor: SignedIn;
  readonly token: string;
  connection: SocketConnection | null;
}

/** What all sockets work with. */
export interface SocketContext {
  readonly app: App;
  readonly hub: Hub;
  readonly missed: Missed;
  readonly limits: Limits;
}

/** Everything a socket does after its upgrade. */
export function createSocketHandlers(context: SocketContext): SocketHandlers<SocketData> {
  return {
    onOpen: (socket) => {
      const connection = new SocketConnection(context, socket);
      socket.data.connection = connection;
      connection.open().catch((error: unknown) => {
        context.app.log.error("socket.open_failed", { error: String(error) });
        connection.close(closeCodes.overloaded, JSON.stringify({ retryInMs: 1000 }));
      });
    },
    onText: (socket, text) => socket.data.connection?.receive(text),
    onPong: (socket) => socket.data.connection?.heard(),
    onBinary: (socket) => socket.data.connection?.close(closeCodes.protocolError, "text frames only"),
    onClose: (socket) => socket.data.connection?.forget(),
  };
}

class SocketConnection implements Connection {
  readonly isPublishedTo = true;
  readonly #app: App;
  readonly #hub: Hub;
  readonly #missed: Missed;
  readonly #limits: Limits;
  readonly #socket: Socket<SocketData>;
  #actor: SignedIn;
  #epoch = "";
  /** The last role told, which is newer than what was looked up before. */
  #role: Role | null = null;
  readonly expiresAt: number;
  #heardAt: number;
  /** This connection among everything through which its user is here. */
  readonly #source = crypto.randomUUID();
  #hereAt = Number.NEGATIVE_INFINITY;
  #outstanding = 0;
  #state: "opening" | "open" | "closed" = "opening";
  /** Acks of this turn, on their way. */
  #acks: string[] = [];
  /** Frames that came before the welcome was sent. */
  #early: string[] = [];
  /** What the socket is subscribed to once its welcome is sent: nothing may come before that. */
  readonly #topics = new Set<string>();

  constructor({ app, hub, missed, limits }: SocketContext, socket: Socket<SocketData>) {
    this.#app = app;
    this.#hub = hub;
    this.#missed = missed;
    this.#limits = limits;
    this.#socket = socket;
    this.#actor = socket.data.actor;
    this.#heardAt = app.clock.now();
    this.expiresAt = Date.parse(this.#actor.session.expiresAt);
  }

  get userId() {
    return this.#actor.user.id;
  }

  get sessionId() {
    return this.#actor.session.id;
  }

  /**
   * Subscribes to every topic of the user, then says welcome: nothing after that can be missed. The session is looked up
   * once more when the hub knows the connection, so a revocation finds it before or after, but always.
   */
  async open(): Promise<void> {
    const epoch = await register(this.#app.store, this.#hub, this);
    this.#epoch = epoch;
    const actor = await findSignedIn(this.#app, this.#socket.data.token);
    if (this.#state === "closed") {
      this.#hub.remove(this);
      return;
    }
    if (!actor) {
      this.close(closeCodes.notSignedIn, "signed out");
      return;
    }
    this.#actor = actor;
    if (this.#role !== null) this.roleChanged(this.#role);
    this.#state = "open";
    this.heard();
    const user = toOwnUser(this.#actor.user);
    this.#sendFrame({ type: "welcome", protocol: protocolVersion, user, epoch, heartbeatMs } satisfies WelcomeFrame);
    for (const topic of this.#topics) this.#socket.subscribe(topic);
    this.#topics.clear();
    for (const text of this.#early.splice(0)) this.receive(text);
  }

  roleChanged(role: Role): void {
    this.#role = role;
    this.#actor = { ...this.#actor, user: { ...this.#actor.user, role } };
  }

  heard(): void {
    this.#heardAt = this.#app.clock.now();
    if (this.#state === "open" && this.#heardAt - this.#hereAt >= hereEveryMs) this.#here();
  }

  receive(text: string): void {
    this.heard();
    if (this.#state === "closed") return;
    // A string is at least as long in bytes as in UTF-16 units; only the doubtful ones are measured.
    if (
      text.length > bounds.frameBytes ||
      (text.length * 3 > bounds.frameBytes && byteLength(text) > bounds.frameBytes)
    ) {
      this.close(closeCodes.tooBig, "frame too large");
      return;
    }
    if (this.#state === "opening") {
      if (this.#early.push(text) > 16) this.close(closeCodes.protocolError, "wait for the welcome");
      return;
    }
    const frame = decodeClientFrame(text);
    if (frame === null) this.close(closeCodes.protocolError, "not a JSON object");
    else void this.#answer(frame);
  }

  send(text: string): void {
    this.#sendAcks();
    if (this.#state === "open" && !this.#socket.send(text)) this.close(closeCodes.tooSlow, "too slow");
  }

  ping(): void {
    this.#socket.ping();
  }

  subscribe(topic: string): void {
    if (this.#state === "opening") this.#topics.add(topic);
    else this.#socket.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    if (this.#state === "opening") this.#topics.delete(topic);
    else this.#socket.unsubscribe(topic);
  }

  bufferedBytes(): number {
    return this.#socket.bufferedBytes();
  }

  lastHeardAt(): number {
    return this.#heardAt;
  }

  close(code: number, reason = ""): void {
    if (this.#state === "closed") return;
    if (isFinalClose(code)) this.#app.presences.left(this.userId, this.#source, "ended");
    this.forget();
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.forget();
    this.#socket.terminate();
  }

  /** Leaves the hub at once, so that nothing more is delivered while the close is on its way. */
  forget(): void {
    this.#hub.remove(this);
    this.#state = "closed";
    this.#app.presences.left(this.userId, this.#source, "dropped");
  }

  #here(active?: boolean): void {
    this.#hereAt = this.#heardAt;
    this.#app.presences.here(this.userId, this.#source, active);
  }

  async #answer(frame: Readonly<Record<string, unknown>>): Promise<void> {
    const ref = typeof frame.ref === "number" && Number.isSafeInteger(frame.ref) ? frame.ref : null;
    this.#outstanding++;
    try {
      if (this.#outstanding > outstandingMax) throw new ParleyError("rate_limited", undefined, { retryAfterMs: 1000 });
      this.#limits.take("command", this.sessionId);
      const command = parseCommand(frame);
      const fields = await this.#run(command);
      if (fields !== null && ref !== null) this.#ack({ type: "ack", ref, ...fields } satisfies AckFrame);
    } catch (error) {
      this.#refuse(frame, ref, error);
    } finally {
      this.#outstanding--;
    }
  }

  /** Null when the answer is not an ack. */
  async #run(command: Command): Promise<AckFields | null> {
    switch (command.type) {
      case "ping":
        this.#sendFrame({ type: "pong", heads: this.#hub.headsOf(this) } satisfies PongFrame);
        return null;
      case "resume": {
        this.#limits.take("resume", this.userId);
        const context = { store: this.#app.store, hub: this.#hub, missed: this.#missed };
        const { frames, gone } = await resume(context, this, this.#epoch, command);
        for (const text of frames) this.send(text);
        return { gone };
      }
      case "presence":
        this.#here(command.active);
        return {};
      case "presence.watch":
        this.#hub.watch(this, command.users);
        return { presence: await getPresence(this.#app, command.users) };
      default:
        return dispatch(this.#app, this.#limits, this.#actor, command);
    }
  }

  #refuse(frame: Readonly<Record<string, unknown>>, ref: number | null, error: unknown): void {
    // Typing that comes too fast is not worth an answer.
    if (frame.type === "typing" && error instanceof ParleyError && error.code === "rate_limited") return;
    const known = error instanceof ParleyError ? error : new ParleyError("internal");
    if (known.code === "internal") this.#app.log.error("socket.command_failed", { error: String(error) });
    this.#ack({ type: "ack", ref, error: known.toWire() } as AckFrame);
  }

  /** What one commit answers goes out as one write: a system call for each ack would cost more than the rest of the message. */
  #ack(frame: AckFrame): void {
    if (this.#acks.push(encodeFrame(frame)) === 1) queueMicrotask(() => this.#sendAcks());
  }

  #sendAcks(): void {
    if (this.#acks.length === 0) return;
    const acks = this.#acks;
    this.#acks = [];
    if (this.#state === "open" && !this.#socket.sendTogether(acks)) this.close(closeCodes.tooSlow, "too slow");
  }

  #sendFrame(frame: ServerFrame): void {
    this.send(encodeFrame(frame));
  }
}

/**
 * Turns a request into a socket: same origin, signed in, and within the limits, all before the upgrade. Throws
 * `ParleyError` otherwise.
 */
export async function upgradeSocket(
  { app, hub, limits }: { readonly app: App; readonly hub: Hub; readonly limits: Limits },
  request: Request,
  upgrade: (data: SocketData) => boolean,
  { secure }: { readonly secure: boolean },
): Promise<void> {
  requireSameOriginSocket(request, originOf(request, app.settings.publicUrl));
  const token = readToken(request, secure);
  const actor = await authenticate(app, request, secure);
  if (token === null || actor === null) throw new ParleyError("not_signed_in");
  limits.take("connect", actor.user.id);
  requireFreeConnection(hub, limits, actor.user.id);
  if (!upgrade({ actor, token, connection: null })) {
    throw new ParleyError("invalid", "This address is for WebSocket connections.");
  }
}

/** Sockets and event streams count together. */
export function requireFreeConnection(hub: Hub, limits: Limits, user: UserId): void {
  if (limits.on && hub.connectionsOf(user) >= connectionsPerUser) {
    throw new ParleyError("rate_limited", "There are too many open connections.", { retryAfterMs: 10_000 });
  }
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
