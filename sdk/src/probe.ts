import { backOffMs, type Clock } from "./clock.ts";
import type { OpenSocket, Socket, SocketEvents } from "./socket.ts";

const welcomeMs = 10_000;
/** Nobody waits for it: something else carries the connection meanwhile. */
const patience = 12;

/** Tries in the background, again and again, whether a socket can be had: one that is welcomed is handed over. */
export class Probe {
  readonly #open: OpenSocket;
  readonly #clock: Clock;
  readonly #onFound: (socket: Socket) => SocketEvents;
  #socket: Socket | null = null;
  #attempt = 0;
  #failures = 0;
  #cancel = () => {};

  /** `onFound` takes the socket over, and answers who is to hear it from its first word on. */
  constructor(open: OpenSocket, clock: Clock, onFound: (socket: Socket) => SocketEvents) {
    this.#open = open;
    this.#clock = clock;
    this.#onFound = onFound;
  }

  /** Tries at once, and from then on. */
  start(): void {
    this.stop();
    const attempt = ++this.#attempt;
    let taker: SocketEvents | null = null;
    this.#cancel = this.#clock.after(welcomeMs, () => this.#fail());
    this.#socket = this.#open({
      onMessage: (text) => {
        if (taker) {
          taker.onMessage(text);
        } else if (attempt === this.#attempt && this.#socket) {
          const socket = this.#socket;
          this.#cancel();
          this.#socket = null;
          this.#failures = 0;
          taker = this.#onFound(socket);
          taker.onMessage(text);
        }
      },
      onClose: (code, reason) => {
        if (taker) taker.onClose(code, reason);
        else if (attempt === this.#attempt) this.#fail();
      },
    });
  }

  stop(): void {
    this.#attempt++;
    this.#cancel();
    this.#socket?.close();
    this.#socket = null;
  }

  #fail(): void {
    this.stop();
    const wait = Math.max(1000, backOffMs(this.#clock, ++this.#failures) * (this.#failures > 4 ? patience : 1));
    this.#cancel = this.#clock.after(wait, () => this.start());
  }
}
