import { rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { FrameFilter } from "./frame-filter.ts";

/** Where a proxy listens or leads to: a port of this machine (0: a free one), or the path of a socket file. */
export type Address = number | string;

/** `up` is what goes to the server, `down` what comes from it. */
export type Direction = "up" | "down";

/**
 * What happens to bytes on their way, from now on and on every connection.
 *
 * - `pause`: they are not read, so that who sends them runs into a full pipe. They arrive once it is over.
 * - `blackhole`: they are read and lost, and nobody is told. A connection that has lost some can never be whole again:
 *   it is reset once that is over.
 * - `delay`: each piece arrives so much later, and in order.
 * - `throttle`: so many bytes a second.
 */
export type Weather =
  | { readonly kind: "fair" }
  | { readonly kind: "pause"; readonly direction?: Direction }
  | { readonly kind: "blackhole"; readonly direction?: Direction }
  | { readonly kind: "delay"; readonly ms: number; readonly jitterMs?: number; readonly direction?: Direction }
  | { readonly kind: "throttle"; readonly bytesPerSecond: number; readonly direction?: Direction };

/** Whether a WebSocket message is lost, and its connection with it. */
export type Fits = (text: string) => boolean | "reset";

/** Stands between a server and those who need it, on TCP or socket files, and does to them what networks do. */
export interface FaultProxy extends AsyncDisposable {
  /** The port that it listens on; 0 on a socket file. */
  readonly port: number;
  /** How many connections are open through it. */
  readonly connections: number;
  setWeather(weather: Weather): void;
  /** Ends every connection without a goodbye: the peers see a reset. New ones are welcome. */
  reset(): void;
  /** Says goodbye in one direction alone, on every connection: the other one stays open. */
  halfClose(direction: Direction): void;
  /** Ends every connection, and takes no more until `mend`. */
  cut(): void;
  mend(): void;
  /** Resets each connection that is open now once so many more bytes have passed in this direction. */
  cutAfter(bytes: number, direction: Direction): void;
  /**
   * Takes whole WebSocket messages out of what comes from the server, until it is called again or with null: one that
   * fits is lost, and the rest of the connection untouched, so that only the one who counts finds out. With `reset` the
   * connection ends in that moment.
   */
  lose(fits: Fits | null): void;
}

/** Listens on `from` and leads to `to`. `chance` is for jitter. */
export async function startProxy(from: Address, to: Address, chance: () => number = Math.random): Promise<FaultProxy> {
  const links = new Set<Link>();
  let weather: Weather = { kind: "fair" };
  let fits: Fits | null = null;
  let isCut = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (isCut) {
      near.on("error", () => {});
      near.resetAndDestroy();
      return;
    }
    const link = new Link(near, connect(to), {
      weather: () => weather,
      isLost: (text) => fits?.(text) ?? false,
      chance,
      onEnd: () => links.delete(link),
    });
    links.add(link);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    if (typeof from === "string") server.listen(from, resolve);
    else server.listen(from, "127.0.0.1", resolve);
  });
  const address = server.address();
  const reset = () => {
    for (const link of [...links]) link.reset();
  };
  return {
    port: typeof address === "object" && address ? address.port : 0,
    get connections() {
      return links.size;
    },
    setWeather(next) {
      weather = next;
      for (const link of [...links]) link.weatherChanged();
    },
    reset,
    halfClose(direction) {
      for (const link of [...links]) link.halfClose(direction);
    },
    cut() {
      isCut = true;
      reset();
    },
    mend() {
      isCut = false;
    },
    cutAfter(bytes, direction) {
      for (const link of links) link.cutAfter(bytes, direction);
    },
    lose(next) {
      fits = next;
    },
    async [Symbol.asyncDispose]() {
      isCut = true;
      reset();
      await new Promise((resolve) => server.close(resolve));
      if (typeof from === "string") await rm(from, { force: true });
    },
  };
}

const connect = (to: Address): Socket =>
  typeof to === "string"
    ? createConnection({ path: to, allowHalfOpen: true })
    : createConnection({ port: to, host: "127.0.0.1", allowHalfOpen: true });

interface Surroundings {
  readonly weather: () => Weather;
  readonly isLost: Fits;
  readonly chance: () => number;
  readonly onEnd: () => void;
}

/** One connection through the proxy: a lane each way. */
class Link {
  readonly #lanes: Readonly<Record<Direction, Lane>>;
  readonly #sockets: readonly [near: Socket, far: Socket];
  readonly #onEnd: () => void;
  #isOver = false;

  constructor(near: Socket, far: Socket, surroundings: Surroundings) {
    this.#sockets = [near, far];
    this.#onEnd = surroundings.onEnd;
    const lane = (direction: Direction, from: Socket, to: Socket) =>
      new Lane(direction, from, to, surroundings, () => this.reset());
    this.#lanes = { up: lane("up", near, far), down: lane("down", far, near) };
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      // What it had sent before is on its way, and arrives all the same.
      socket.on("error", () => {});
      socket.on("close", () => this.#closed());
    }
  }

  weatherChanged(): void {
    for (const lane of Object.values(this.#lanes)) lane.weatherChanged();
  }

  halfClose(direction: Direction): void {
    this.#lanes[direction].end();
  }

  cutAfter(bytes: number, direction: Direction): void {
    this.#lanes[direction].cutAfter(bytes);
  }

  reset(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const lane of Object.values(this.#lanes)) lane.stop();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#onEnd();
  }

  /** With both sides closed it is over; one that is closed has nothing more to take. */
  #closed(): void {
    if (this.#sockets.every((socket) => socket.destroyed)) this.reset();
  }
}

/** The bytes of one direction. What has been read and not passed on yet is in `#waiting`, in order. */
class Lane {
  readonly #direction: Direction;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #surroundings: Surroundings;
  readonly #reset: () => void;
  readonly #filter: FrameFilter | null;
  readonly #waiting: { readonly bytes: Buffer | null; readonly at: number }[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #hasLost = false;
  #hasEnded = false;
  #left = Number.POSITIVE_INFINITY;
  #isOver = false;

  constructor(direction: Direction, from: Socket, to: Socket, surroundings: Surroundings, reset: () => void) {
    this.#direction = direction;
    this.#from = from;
    this.#to = to;
    this.#surroundings = surroundings;
    this.#reset = reset;
    this.#filter = direction === "down" ? new FrameFilter((text) => this.#isLost(text)) : null;
    from.on("data", (bytes: Buffer) => this.#take(bytes));
    from.on("end", () => this.#take(null));
    from.on("close", () => this.#take(null));
    to.on("drain", () => this.weatherChanged());
    this.weatherChanged();
  }

  /** What the weather is for this direction. */
  get #weather(): Weather {
    const weather = this.#surroundings.weather();
    const holds = weather.kind === "fair" || (weather.direction ?? this.#direction) === this.#direction;
    return holds ? weather : { kind: "fair" };
  }

  weatherChanged(): void {
    if (this.#isOver) return;
    const { kind } = this.#weather;
    if (this.#hasLost && kind !== "blackhole") {
      this.#reset();
      return;
    }
    if (kind === "pause" || this.#to.writableNeedDrain) this.#from.pause();
    else this.#from.resume();
    this.#passOn();
  }

  cutAfter(bytes: number): void {
    this.#left = bytes;
  }

  /** Passes the goodbye on, or says it. */
  end(): void {
    this.#to.end();
  }

  stop(): void {
    this.#isOver = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #take(bytes: Buffer | null): void {
    if (this.#isOver || this.#hasEnded) return;
    this.#hasEnded = bytes === null;
    const weather = this.#weather;
    if (weather.kind === "blackhole") {
      this.#hasLost = true;
      return;
    }
    const kept = bytes && this.#filter ? this.#filter.pass(bytes) : bytes;
    if (this.#isOver) return;
    const jitter = weather.kind === "delay" ? this.#surroundings.chance() * (weather.jitterMs ?? 0) : 0;
    const at = weather.kind === "delay" ? performance.now() + weather.ms + jitter : 0;
    if (kept === null || kept.length > 0) this.#waiting.push({ bytes: kept, at });
    this.#passOn();
  }

  #isLost(text: string): boolean {
    const fits = !this.#isOver && this.#surroundings.isLost(text);
    if (fits === "reset") this.#reset();
    return fits !== false;
  }

  /** Passes on what is due, and comes back for the rest. */
  #passOn(): void {
    if (this.#timer || this.#isOver) return;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const weather = this.#weather;
      if (weather.kind === "pause") return;
      const waitMs = next.at - performance.now();
      if (waitMs > 0) {
        this.#comeBack(waitMs);
        return;
      }
      this.#waiting.shift();
      if (next.bytes === null) {
        this.end();
      } else if (weather.kind === "throttle") {
        const part = next.bytes.subarray(0, Math.max(1, Math.floor(weather.bytesPerSecond / 20)));
        if (part.length < next.bytes.length)
          this.#waiting.unshift({ ...next, bytes: next.bytes.subarray(part.length) });
        this.#write(part);
        this.#comeBack((part.length * 1000) / weather.bytesPerSecond);
        return;
      } else {
        this.#write(next.bytes);
      }
      if (this.#isOver) return;
    }
  }

  #comeBack(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#passOn();
    }, ms);
  }

  #write(bytes: Buffer): void {
    const passed = bytes.subarray(0, this.#left);
    this.#left -= passed.length;
    if (this.#to.writable && !this.#to.write(passed)) this.#from.pause();
    if (this.#left <= 0) this.#reset();
  }
}
