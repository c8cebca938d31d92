import { ParleyError } from "@parley/protocol/errors";
import type { PongFrame, PresenceFrame, TypingFrame, WelcomeFrame } from "@parley/protocol/frames";
import type { Message, UserId } from "@parley/protocol/model";
import type { Clock } from "./clock.ts";
import { Connection, type ConnectionOptions, type ConnectionStatus, type Request } from "./connection.ts";
import type { OpenSocket } from "./socket.ts";
import { type TopicEvents, Topics } from "./topics.ts";

export interface FeedOptions extends Omit<TopicEvents, "resume"> {
  readonly me: UserId;
  readonly open: OpenSocket;
  readonly poll?: OpenSocket;
  readonly clock: Clock;
  readonly onStatus: (status: ConnectionStatus) => void;
  /** There is a connection, which has yet to catch up. */
  readonly onWelcome: (frame: WelcomeFrame) => void;
  /** What the connection had missed has come: what waited for it may go. */
  readonly onCaughtUp: () => void;
  /** What is passing; and the sign that the server can be reached. */
  readonly onPassing: (frame: TypingFrame | PresenceFrame | PongFrame) => void;
  /** Somebody else is signed in here by now. Nothing is followed. */
  readonly onOther: () => void;
  readonly onFinalClose: (code: number) => void;
  /** Runs all that one frame changes, for whoever draws once after it. */
  readonly batch?: (change: () => void) => void;
}

/**
 * What one user hears of the server: each change on each topic that is followed, once and in order, over however many
 * connections that takes.
 */
export class Feed {
  readonly connection: Connection;
  readonly topics: Topics;
  readonly #options: FeedOptions;

  constructor(options: FeedOptions) {
    const { open, poll, clock, onFinalClose, batch = (change) => change() } = options;
    this.#options = options;
    this.topics = new Topics(clock, {
      ...options,
      resume: async (epoch, topics) => {
        const { gone = [] } = await this.connection.request({ type: "resume", epoch, topics });
        return gone;
      },
    });
    this.connection = new Connection({
      open,
      ...(poll && { poll }),
      clock,
      onStatus: (status) => this.#onStatus(status),
      onWelcome: (frame) => void this.#onWelcome(frame),
      onFrame: (frame) => batch(() => this.#onFrame(frame)),
      onFinalClose,
    });
  }

  /** A command that is answered by the message that it made or changed. */
  async requestMessage(request: Request): Promise<Message> {
    const { message } = await this.connection.request(request);
    if (!message) throw new ParleyError("internal");
    return message;
  }

  #onStatus(status: ConnectionStatus): void {
    if (status.kind !== "online") this.topics.onLost();
    this.#options.onStatus(status);
  }

  async #onWelcome(frame: WelcomeFrame): Promise<void> {
    const { me, onOther, onWelcome, onCaughtUp } = this.#options;
    if (frame.user.id !== me) {
      onOther();
      return;
    }
    onWelcome(frame);
    if (await this.topics.onWelcome(frame.epoch)) onCaughtUp();
  }

  #onFrame(frame: Parameters<ConnectionOptions["onFrame"]>[0]): void {
    switch (frame.type) {
      case "delta":
        this.topics.onDelta(frame);
        return;
      case "reset":
        this.topics.onReset(frame.topic);
        return;
      case "pong":
        this.topics.onHeads(frame.heads);
        break;
    }
    this.#options.onPassing(frame);
  }
}
