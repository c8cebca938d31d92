import { ParleyError } from "@parley/protocol/errors";
import type { RoomList as Answer } from "@parley/protocol/http/rooms";
import { type Room, type Topic, type UserId, userTopic, workspaceTopic } from "@parley/protocol/model";
import { backOffMs, type Clock, sleep } from "./clock.ts";
import type { Topics } from "./topics.ts";

export interface RoomListOptions {
  readonly me: UserId;
  readonly clock: Clock;
  readonly topics: Topics;
  readonly load: () => Promise<Answer>;
  /** Takes the rooms in when they come. What deltas say meanwhile is newer than what the answer says. */
  readonly take: (rooms: Promise<readonly Room[]>) => Promise<void>;
}

/**
 * Loads the list of rooms: at the start, and after every reconnect, because rooms whose timeline was never opened are
 * not followed and so not caught up by a resume. The list is also the page of the user's topic and the workspace's.
 */
export class RoomListLoader {
  readonly #options: RoomListOptions;
  #wanted = false;
  #running = false;
  #isClosed = false;

  constructor(options: RoomListOptions) {
    this.#options = options;
  }

  /** Loads it, again if it is being loaded: that answer may be from before what the caller knows of. */
  load(): void {
    this.#wanted = true;
    if (!this.#running) void this.#run();
  }

  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    this.#running = true;
    for (let failures = 0; this.#wanted && !this.#isClosed; ) {
      this.#wanted = false;
      if (await this.#loadOnce()) {
        failures = 0;
      } else {
        this.#wanted = true;
        await sleep(clock, backOffMs(clock, ++failures));
      }
    }
    this.#running = false;
  }

  /** False when it has to be tried again. */
  async #loadOnce(): Promise<boolean> {
    const { me, topics, load, take } = this.#options;
    const held: readonly Topic[] = [userTopic(me), workspaceTopic];
    for (const topic of held) if (!topics.isKnown(topic)) topics.hold(topic);
    try {
      const request = load();
      await take(request.then((answer) => answer.rooms));
      const { heads, epoch } = await request;
      for (const topic of held) topics.settle(topic, heads[topic] ?? 0, epoch);
      return true;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      return !error.retryable;
    }
  }
}
