import type { DeltaFrame } from "@parley/protocol/frames";
import { digits, eachFrame, RawSocket } from "./generator.ts";

/** What some bytes say of one topic: the changes after `from` up to `to`, with so many messages. */
interface Digest {
  readonly from: number;
  readonly to: number;
  readonly messages: number;
}

const silence: Digest = { from: -1, to: -1, messages: 0 };
const patienceMs = 60_000;

/**
 * Sockets that listen to one topic. Every message is counted at every one of them, in order and without a gap: every
 * distinct frame is parsed once, and whoever else receives the very same bytes has received the same.
 */
export class Audience {
  readonly #topicStart: string;
  readonly #sockets: RawSocket[] = [];
  readonly #positions: number[] = [];
  readonly #counts: number[] = [];
  readonly #frames = new Map<number, { readonly bytes: Buffer; readonly digest: Digest }>();
  readonly #chunks: { bytes: Buffer; digest: Digest }[] = [];
  #nextChunk = 0;
  #received = 0;
  #awaited = Number.POSITIVE_INFINITY;
  #reached: ((at: number) => void) | null = null;
  #sample: string | null = null;

  private constructor(topic: string) {
    this.#topicStart = `{"type":"delta","topic":"${topic}","from":`;
  }

  /** One socket for each cookie, welcomed. */
  static async open(url: string, topic: string, cookies: readonly string[]): Promise<Audience> {
    const audience = new Audience(topic);
    // Fewer at a time than a listening socket has waiting.
    for (let at = 0; at < cookies.length; at += 100) {
      await Promise.all(cookies.slice(at, at + 100).map((cookie, place) => audience.#join(url, cookie, at + place)));
    }
    return audience;
  }

  get size(): number {
    return this.#sockets.length;
  }

  /** The text of a delta with one message that came. */
  get sample(): string {
    if (this.#sample === null) throw new Error("no message has come yet");
    return this.#sample;
  }

  /** Begins to count anew. */
  reset(): void {
    this.#received = 0;
    this.#counts.fill(0);
  }

  /** Waits until so many messages have come at every socket since `reset`. Answers when the last of them came. */
  async until(messages: number): Promise<number> {
    const awaited = messages * this.size;
    if (this.#received >= awaited) return performance.now();
    const timer = Promise.withResolvers<never>();
    const patience = setTimeout(
      () => timer.reject(new Error(`${this.#received} of ${awaited} deliveries have come`)),
      patienceMs,
    );
    const all = new Promise<number>((resolve) => {
      this.#awaited = awaited;
      this.#reached = resolve;
    });
    try {
      return await Promise.race([all, timer.promise]);
    } finally {
      clearTimeout(patience);
    }
  }

  /** Throws unless every socket has had exactly so many messages since `reset`. */
  audit(messages: number): void {
    const wrong = this.#counts.findIndex((count) => count !== messages);
    if (wrong >= 0) throw new Error(`socket ${wrong} has had ${this.#counts[wrong]} messages, not ${messages}`);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  async #join(url: string, cookie: string, place: number): Promise<void> {
    const welcome = Promise.withResolvers<void>();
    this.#positions[place] = -1;
    this.#counts[place] = 0;
    this.#sockets[place] = await RawSocket.open(url, cookie, {
      onText: (text) => {
        if (text.toString("latin1", 0, 17) === '{"type":"welcome"') welcome.resolve();
        else this.#count(place, this.#digestFrame(text));
      },
      onChunk: (chunk) => {
        const digest = this.#digestChunk(chunk);
        if (digest) this.#count(place, digest);
        return digest !== null;
      },
    });
    await welcome.promise;
  }

  #count(place: number, { from, to, messages }: Digest): void {
    if (from < 0) return;
    const position = this.#positions[place] ?? -1;
    if (position >= 0 && position !== from) throw new Error(`socket ${place} was at ${position} when ${from} came`);
    this.#positions[place] = to;
    this.#counts[place] = (this.#counts[place] ?? 0) + messages;
    this.#received += messages;
    if (this.#received < this.#awaited) return;
    this.#awaited = Number.POSITIVE_INFINITY;
    this.#reached?.(performance.now());
  }

  /** Null when there is more in it than whole text frames that continue each other. */
  #digestChunk(chunk: Buffer): Digest | null {
    for (const { bytes, digest } of this.#chunks) {
      if (bytes.length === chunk.length && bytes.equals(chunk)) return digest;
    }
    let digest = silence;
    let plain = true;
    const end = eachFrame(chunk, (opcode, payload) => {
      if (opcode !== 0x1 || payload.toString("latin1", 0, 17) === '{"type":"welcome"') plain = false;
      if (!plain) return;
      const next = this.#digestFrame(payload);
      if (next.from < 0) return;
      if (digest.from < 0) digest = next;
      else if (digest.to === next.from) {
        digest = { from: digest.from, to: next.to, messages: digest.messages + next.messages };
      } else plain = false;
    });
    if (!plain || end < chunk.length) return null;
    this.#chunks[this.#nextChunk] = { bytes: Buffer.from(chunk), digest };
    this.#nextChunk = (this.#nextChunk + 1) % 8;
    return digest;
  }

  #digestFrame(text: Buffer): Digest {
    const start = this.#topicStart;
    if (text.toString("latin1", 0, start.length) !== start) return silence;
    const from = digits(text, start.length);
    const known = this.#frames.get(from);
    if (known?.bytes.equals(text)) return known.digest;
    const frame = JSON.parse(text.toString()) as DeltaFrame;
    const digest = { from: frame.from, to: frame.to, messages: frame.messages?.length ?? 0 };
    if (digest.messages === 1) this.#sample = text.toString();
    this.#frames.set(from, { bytes: Buffer.from(text), digest });
    for (const old of this.#frames.keys()) {
      if (this.#frames.size <= 1000) break;
      this.#frames.delete(old);
    }
    return digest;
  }
}
