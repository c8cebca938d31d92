import { applyDelta, mergeMessages, type RoomView } from "@parley/protocol/apply";
import { ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame } from "@parley/protocol/frames";
import type { MessagePage } from "@parley/protocol/http/messages";
import { type Message, type MessageId, type Room, type RoomId, roomTopic } from "@parley/protocol/model";
import { backOffMs, type Clock, sleep } from "./clock.ts";
import type { Http } from "./http.ts";
import type { Topics } from "./topics.ts";

const pageSize = 100;

/** The view has been loaded, or begun anew; then with a break. */
export interface Loaded {
  readonly view: RoomView;
  /** What was known up to `after` is void; of what came after it, nothing before `before` is loaded. Null at first. */
  readonly break: { readonly after: MessageId; readonly before: MessageId } | null;
}

export interface FollowedRoomOptions {
  readonly room: RoomId;
  readonly topics: Topics;
  readonly http: Http;
  readonly clock: Clock;
  /** How many messages the view keeps at least, newest last. */
  readonly keep: number;
  readonly onLoaded: (loaded: Loaded) => void;
  /** The server says that there is no such room for this user. */
  readonly onGone: () => void;
}

/**
 * One room, followed: its newest page, and from then on each change.
 *
 * A page that is on its way may lack what changes meanwhile, so those changes are said again on top of it.
 */
export class FollowedRoom {
  readonly id: RoomId;
  readonly #options: FollowedRoomOptions;
  #view: RoomView | null = null;
  /** Counts loads that begin anew: what was asked for before is void. */
  #loads = 0;
  readonly #strays = new Set<Message[]>();

  constructor(options: FollowedRoomOptions) {
    this.id = options.room;
    this.#options = options;
    void this.#load(null);
  }

  /** Null while it is being loaded. A part of the history without gaps, up to its newest message. */
  view(): RoomView | null {
    return this.#view;
  }

  /** Puts one older page in front. Answers whether there was one. Throws when it could not be loaded. */
  async loadOlder(): Promise<boolean> {
    const first = this.#view?.messages[0]?.id;
    if (first === undefined || first === 1) return false;
    const mine = this.#loads;
    const strays: Message[] = [];
    this.#strays.add(strays);
    try {
      const { messages } = await this.#getPage(`&before=${first}`);
      if (mine !== this.#loads || !this.#view) return false;
      const known = new Set(messages.map(({ id }) => id));
      const page = mergeMessages(
        messages,
        strays.filter(({ id }) => known.has(id)),
      );
      this.#view = { ...this.#view, messages: mergeMessages(this.#view.messages, page) };
      return page.length > 0;
    } finally {
      this.#strays.delete(strays);
    }
  }

  /** The next delta of the room's topic. */
  apply(delta: DeltaFrame): void {
    if (!this.#view) return;
    for (const strays of this.#strays) strays.push(...(delta.messages ?? []));
    const view = applyDelta(this.#view, delta);
    const { keep } = this.#options;
    const isLong = view.messages.length > 2 * keep;
    this.#view = isLong ? { ...view, messages: view.messages.slice(-keep) } : view;
  }

  /** Too far behind: begins anew. */
  reset(): void {
    const after = this.#view?.messages.at(-1)?.id ?? null;
    this.#view = null;
    void this.#load(after);
  }

  close(): void {
    this.#loads++;
    this.#options.topics.forget(roomTopic(this.id));
  }

  async #load(after: MessageId | null): Promise<void> {
    const { topics, http, clock, onLoaded, onGone } = this.#options;
    const topic = roomTopic(this.id);
    const mine = ++this.#loads;
    for (let failures = 0; mine === this.#loads; ) {
      topics.hold(topic);
      try {
        const { messages, head, epoch } = await this.#getPage("");
        // Asked for after the page, so no change can fall between the two: the deltas from the page's head on have it.
        const room = await http.get<Room>(`/rooms/${this.id}`);
        if (mine !== this.#loads) return;
        const view = { seq: head, messages, room, members: new Map(), receipts: new Map(), gone: false };
        this.#view = view;
        onLoaded({ view, break: after === null ? null : { after, before: messages[0]?.id ?? after + 1 } });
        topics.settle(topic, head, epoch);
        return;
      } catch (error) {
        if (!(error instanceof ParleyError)) throw error;
        if (mine !== this.#loads) return;
        if (!error.retryable) {
          topics.forget(topic);
          onGone();
          return;
        }
        await sleep(clock, error.retryAfterMs ?? backOffMs(clock, ++failures));
      }
    }
  }

  #getPage(cursor: string): Promise<MessagePage> {
    return this.#options.http.get(`/rooms/${this.id}/messages?limit=${pageSize}${cursor}`);
  }
}
