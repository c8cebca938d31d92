import { encodeFrame } from "@parley/protocol/codec";
import type { Command, Commands } from "@parley/protocol/commands";
import { ParleyError } from "@parley/protocol/errors";
import type { AckFrame, DeltaFrame, ResetFrame, ServerFrame } from "@parley/protocol/frames";
import type { Resumed } from "@parley/protocol/http/live";
import type { Seq, User } from "@parley/protocol/model";
import { protocolVersion } from "@parley/protocol/version";
import type { Clock } from "./clock.ts";
import type { Http } from "./http.ts";
import type { OpenSocket, Socket, SocketEvents } from "./socket.ts";

const pollEveryMs = 2000;
/** Presence is looked at again with every so many polls. */
const pollsPerLook = 5;

/**
 * What a socket does, over HTTP: for networks that let no socket through.
 *
 * Like a socket it begins with a welcome, and from then on tells everything that happens on all topics of the user: each
 * poll asks what came after the heads of the one before. Commands go as requests of their own, and their answers come
 * back as acks. So whoever uses it need not know that it is none.
 */
export const openPolling =
  (http: Http, clock: Clock): OpenSocket =>
  (events) =>
    new Polling(http, clock, events);

class Polling implements Socket {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #events: SocketEvents;
  #epoch = "";
  #heads: Readonly<Record<string, Seq>> = {};
  #watch: Commands["presence.watch"] | null = null;
  #polls = 0;
  #isClosed = false;
  #cancelPoll = () => {};

  constructor(http: Http, clock: Clock, events: SocketEvents) {
    this.#http = http;
    this.#clock = clock;
    this.#events = events;
    void this.#start();
  }

  send(text: string): void {
    const command = JSON.parse(text) as Command;
    switch (command.type) {
      case "ping":
        // As from a socket, an answer never comes before the call that asks for it has returned.
        queueMicrotask(() => this.#hear({ type: "pong", heads: this.#heads }));
        return;
      case "resume":
        void this.#resume(command);
        return;
      case "presence.watch":
        this.#watch = command;
        break;
    }
    void this.#run(command);
  }

  /** Asks no more. Answers to what was asked still come. */
  close(): void {
    this.#isClosed = true;
    this.#cancelPoll();
  }

  async #start(): Promise<void> {
    await this.#orFail(async () => {
      const user = await this.#http.get<User>("/me");
      const { heads, epoch } = await this.#ask({});
      this.#epoch = epoch;
      this.#heads = heads;
      if (this.#isClosed) return;
      this.#hear({ type: "welcome", protocol: protocolVersion, user, epoch, heartbeatMs: 25_000 });
      this.#pollLater(pollEveryMs);
    });
  }

  #pollLater(ms: number): void {
    if (!this.#isClosed) this.#cancelPoll = this.#clock.after(ms, () => void this.#orFail(() => this.#poll()));
  }

  async #poll(): Promise<void> {
    const { frames, heads, epoch } = await this.#ask(this.#heads, this.#epoch);
    if (this.#isClosed) return;
    if (epoch !== this.#epoch) {
      this.#fail();
      return;
    }
    this.#heads = heads;
    for (const frame of frames) this.#hear(frame as DeltaFrame | ResetFrame);
    if (++this.#polls % pollsPerLook === 0 && this.#watch) await this.#look(this.#watch);
    this.#pollLater(pollEveryMs);
  }

  async #look(watch: Commands["presence.watch"]): Promise<void> {
    const ack = await this.#request(watch);
    if (!ack.error && ack.presence && watch === this.#watch) this.#hear({ type: "presence", users: ack.presence });
  }

  async #resume({ ref, epoch, topics }: Commands["resume"]): Promise<void> {
    await this.#ack(ref, async () => {
      const { frames, gone } = await this.#ask(topics, epoch);
      for (const frame of frames) this.#hear(frame as DeltaFrame | ResetFrame);
      return { type: "ack", ref, gone } as AckFrame;
    });
  }

  #run(command: Command): Promise<void> {
    return this.#ack(command.ref, () => this.#request(command));
  }

  async #ack(ref: number | undefined, answer: () => Promise<AckFrame>): Promise<void> {
    try {
      this.#hear(await answer());
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      this.#hear({ type: "ack", ref: ref ?? null, error: error.toWire() });
    }
  }

  /** What does not get through, or is refused, ends it; only to be slower is something else. */
  async #orFail(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.code === "rate_limited" && this.#epoch !== "") this.#pollLater(error.retryAfterMs ?? pollEveryMs);
      else this.#fail();
    }
  }

  #fail(): void {
    if (this.#isClosed) return;
    this.close();
    this.#events.onClose(1006, "");
  }

  #ask(topics: Readonly<Record<string, Seq>>, epoch?: string): Promise<Resumed> {
    return this.#http.request("POST", "/resume", { topics, ...(epoch !== undefined && { epoch }) });
  }

  #request(command: Command): Promise<AckFrame> {
    return this.#http.request("POST", "/commands", command);
  }

  #hear(frame: ServerFrame): void {
    this.#events.onMessage(encodeFrame(frame));
  }
}
