import { decodeServerFrame, encodeFrame } from "@parley/protocol/codec";
import type { Command, Commands } from "@parley/protocol/commands";
import {
  closeCodes,
  type ErrorCode,
  errorCodes,
  isFinalClose,
  ParleyError,
  type WireError,
} from "@parley/protocol/errors";
import type {
  AckFrame,
  AckSuccess,
  DeltaFrame,
  PongFrame,
  PresenceFrame,
  ResetFrame,
  ServerFrame,
  TypingFrame,
  WelcomeFrame,
} from "@parley/protocol/frames";
import { backOffMs, type Clock } from "./clock.ts";
import { Probe } from "./probe.ts";
import type { OpenSocket, Socket, SocketEvents } from "./socket.ts";

/** How long an answer (the welcome, an ack, a pong) may take before the connection counts as dead. */
const answerMs = 10_000;
/** The same when there is a reason to doubt it: the network changed, or the computer slept. */
const doubtMs = 3000;
/** A timer that comes so much too late has slept along with the computer. */
const sleptMs = 5000;
/** A connection that held this long was a good one: the next failure is a first failure again. */
const steadyMs = 5_000;
const longestRetryInMs = 5 * 60_000;

/** So many sockets in a row that were never welcomed, and it is tried whether polling gets through instead. */
const blockedAfter = 2;

/** The state of the connection. `offline` names when the next attempt is made, if one is planned. */
export type ConnectionStatus =
  | { readonly kind: "online"; readonly by?: "polling" }
  | { readonly kind: "connecting" }
  | { readonly kind: "offline"; readonly retryAt: number | null };

type WithoutRef<C> = C extends Command ? Omit<C, "ref"> : never;
/** A command that is answered by an ack, before the connection has numbered it. */
export type Request = WithoutRef<Exclude<Command, Unanswered>>;
type Unanswered = Commands["ping"] | Told;
/** What is told without waiting for an answer. */
export type Told = Commands["typing"] | Commands["presence"];

export interface ConnectionOptions {
  readonly open: OpenSocket;
  /** Stands in for a socket where none gets through. */
  readonly poll?: OpenSocket;
  readonly clock: Clock;
  readonly onStatus: (status: ConnectionStatus) => void;
  /** The connection is usable from here on; it may be the first or one after a loss. */
  readonly onWelcome: (frame: WelcomeFrame) => void;
  readonly onFrame: (frame: DeltaFrame | ResetFrame | TypingFrame | PresenceFrame | PongFrame) => void;
  /** The server does not want this client back by itself. */
  readonly onFinalClose: (code: number) => void;
}

interface Waiting {
  readonly resolve: (ack: AckSuccess) => void;
  readonly reject: (error: ParleyError) => void;
  readonly cancelTimeout: () => void;
}

/**
 * One lasting connection to the server, over however many sockets it takes.
 *
 *     start ──▶ connecting ──welcome──▶ online
 *                 ▲    │                  │  close, no pong, no ack
 *          retry  │    └────▶ offline ◀───┘
 *                 └──────────────┘
 *
 * Where sockets are blocked it goes online by polling, and looks in the background whether a socket can be had again.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #status: ConnectionStatus = { kind: "offline", retryAt: null };
  #socket: Socket | null = null;
  /** Which socket is the current one: what an earlier one still says is not heard. */
  #attempt = 0;
  /** What polled until a socket took its place: it may still bring acks. */
  #retired = 0;
  #by: "socket" | "polling" = "socket";
  #unwelcomed = 0;
  readonly #probe: Probe;
  #failures = 0;
  #onlineSince = 0;
  #heartbeatMs = 25_000;
  #nextRef = 1;
  readonly #waiting = new Map<number, Waiting>();
  #cancelRetry: () => void = nothing;
  #cancelWelcome: () => void = nothing;
  #cancelPing: () => void = nothing;
  #cancelPong: (() => void) | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#probe = new Probe(options.open, options.clock, (socket) => this.#adopt(socket));
  }

  /** Connects, now and again after every loss, until `stop` or a final close. */
  start(): void {
    if (this.#status.kind === "offline") this.#connect();
  }

  stop(): void {
    this.#drop();
    this.#cancelRetry();
    this.#setStatus({ kind: "offline", retryAt: null });
  }

  /** Someone is waiting: connects at once if that has to be. */
  retryNow(): void {
    this.start();
  }

  /** The network or the page may have come back: does not wait for a timer to find out. */
  check(): void {
    if (this.#status.kind === "online") {
      this.#ping(doubtMs);
      if (this.#by === "polling") this.#probe.start();
    }
    if (this.#status.kind === "offline" && this.#status.retryAt !== null) this.#connect();
  }

  /**
   * Sends a command and waits for its ack. Rejects with the server's error, or with `unavailable` when there is no
   * answer: then it may have been carried out or not.
   */
  request(request: Request): Promise<AckSuccess> {
    const ref = this.#nextRef++;
    return new Promise((resolve, reject) => {
      if (!this.#write({ ...request, ref })) {
        reject(notConnected());
      } else {
        const cancelTimeout = this.#options.clock.after(answerMs, () => this.#lose());
        this.#waiting.set(ref, { resolve, reject, cancelTimeout });
      }
    });
  }

  /** Tells something that is not worth an answer, nor a second try. */
  tell(frame: Told): void {
    this.#write(frame);
  }

  #connect(): void {
    this.#cancelRetry();
    const { clock, open, poll } = this.#options;
    const polling = poll && this.#unwelcomed >= blockedAfter ? poll : null;
    this.#by = polling ? "polling" : "socket";
    const events = this.#hear(++this.#attempt);
    this.#setStatus({ kind: "connecting" });
    this.#cancelWelcome = clock.after(answerMs, () => this.#lose());
    this.#socket = (polling ?? open)(events);
  }

  #hear(attempt: number): SocketEvents {
    return {
      onMessage: (text) => {
        if (attempt === this.#attempt) this.#onMessage(text);
        else if (attempt === this.#retired) this.#onLateMessage(text);
      },
      onClose: (code, reason) => {
        if (attempt === this.#attempt) this.#onClose(code, reason);
      },
    };
  }

  /** A socket gets through where none did: it takes over without a break. What was asked before is still answered. */
  #adopt(socket: Socket): SocketEvents {
    this.#retired = this.#attempt;
    this.#socket?.close();
    this.#cancelPing();
    this.#cancelPong?.();
    this.#cancelPong = null;
    this.#socket = socket;
    this.#by = "socket";
    return this.#hear(++this.#attempt);
  }

  #onLateMessage(text: string): void {
    const frame = decodeServerFrame(text);
    if (frame?.type === "ack") this.#onAck(frame);
  }

  #onMessage(text: string): void {
    let frame: ServerFrame | null;
    try {
      frame = decodeServerFrame(text);
    } catch {
      this.#lose();
      return;
    }
    if (!frame) return;
    switch (frame.type) {
      case "welcome":
        this.#onWelcome(frame);
        return;
      case "ack":
        this.#onAck(frame);
        return;
      case "pong":
        this.#cancelPong?.();
        this.#cancelPong = null;
        this.#options.onFrame(frame);
        return;
      default:
        this.#options.onFrame(frame);
    }
  }

  #onWelcome(frame: WelcomeFrame): void {
    this.#cancelWelcome();
    this.#onlineSince = this.#options.clock.now();
    this.#heartbeatMs = frame.heartbeatMs;
    this.#pingLater();
    // A loss of the polling is answered by one socket before it polls again.
    this.#unwelcomed = this.#by === "polling" ? blockedAfter - 1 : 0;
    if (this.#by === "polling") this.#probe.start();
    this.#setStatus(this.#by === "polling" ? { kind: "online", by: "polling" } : { kind: "online" });
    this.#options.onWelcome(frame);
  }

  #onAck(frame: AckFrame): void {
    const waiting = frame.ref === null ? undefined : this.#waiting.get(frame.ref);
    if (!waiting || frame.ref === null) return;
    this.#waiting.delete(frame.ref);
    waiting.cancelTimeout();
    if (frame.error) waiting.reject(toError(frame.error));
    else waiting.resolve(frame);
  }

  #onClose(code: number, reason: string): void {
    if (isFinalClose(code)) {
      this.stop();
      this.#options.onFinalClose(code);
    } else {
      this.#lose(retryInMs(code, reason));
    }
  }

  /** Gives up the socket and plans the next one. */
  #lose(waitMs?: number): void {
    const { clock } = this.#options;
    const steady = this.#status.kind === "online" && clock.now() - this.#onlineSince >= steadyMs;
    this.#failures = steady ? 1 : this.#failures + 1;
    if (this.#status.kind === "connecting") this.#unwelcomed = this.#by === "polling" ? 0 : this.#unwelcomed + 1;
    const delay = waitMs ?? backOffMs(clock, this.#failures);
    this.#drop();
    this.#cancelRetry = clock.after(delay, () => this.#connect());
    this.#setStatus({ kind: "offline", retryAt: clock.now() + delay });
  }

  /** Ends the socket without waiting for its goodbye, which a dead network never brings. */
  #drop(): void {
    this.#attempt++;
    this.#retired = 0;
    this.#probe.stop();
    this.#socket?.close();
    this.#socket = null;
    this.#cancelWelcome();
    this.#cancelPing();
    this.#cancelPong?.();
    this.#cancelPong = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, cancelTimeout } of waiting) {
      cancelTimeout();
      reject(notConnected());
    }
  }

  #pingLater(): void {
    const { clock } = this.#options;
    const due = clock.now() + this.#heartbeatMs;
    this.#cancelPing = clock.after(this.#heartbeatMs, () => {
      this.#ping(clock.now() - due > sleptMs ? doubtMs : answerMs);
      this.#pingLater();
    });
  }

  #ping(withinMs: number): void {
    if (this.#cancelPong || !this.#write({ type: "ping" })) return;
    this.#cancelPong = this.#options.clock.after(withinMs, () => this.#lose());
  }

  #write(frame: Command): boolean {
    if (this.#status.kind !== "online") return false;
    this.#socket?.send(encodeFrame(frame));
    return true;
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status;
    this.#options.onStatus(status);
  }
}

function nothing(): void {}

const notConnected = (): ParleyError => new ParleyError("unavailable", "The server cannot be reached.");

function toError({ code, message, retryable, retryAfterMs }: WireError): ParleyError {
  const known: ErrorCode = errorCodes.includes(code) ? code : retryable ? "unavailable" : "invalid";
  return new ParleyError(known, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** When a restarting or overloaded server wants its clients back. */
function retryInMs(code: number, reason: string): number | undefined {
  if (code !== closeCodes.restarting && code !== closeCodes.overloaded) return undefined;
  try {
    const value: unknown = JSON.parse(reason);
    if (typeof value !== "object" || value === null || !("retryInMs" in value)) return undefined;
    const { retryInMs: ms } = value;
    return typeof ms === "number" && ms >= 0 ? Math.min(ms, longestRetryInMs) : undefined;
  } catch {
    return undefined;
  }
}
