import { ParleyError } from "@parley/protocol/errors";
import type { OwnReactions as Answer } from "@parley/protocol/http/messages";
import { limits } from "@parley/protocol/limits";
import type { Message, MessageId, Reaction, RoomId, Seq } from "@parley/protocol/model";
import type { Clock } from "@parley/sdk/clock";

/** What may have changed on another device is asked for again so much later, give or take half. */
const againMs = 10_000;

export interface OwnReactionsOptions {
  readonly clock: Clock;
  readonly load: (room: RoomId, messages: readonly MessageId[]) => Promise<Answer>;
  readonly onChange: () => void;
}

interface Known {
  emoji: ReadonlySet<string>;
  /** The room's seq that the server's last word is of; 0: it has said nothing yet. */
  seq: Seq;
  /** That of my last act, as far as it was done here: a word from before it is void. */
  actedAt: Seq;
  isAsked: boolean;
}

/** Whether the message itself tells of everyone. */
export const namesAll = ({ users, count }: Reaction): boolean => users.length === count;

/**
 * What I have put on messages that do not name all who reacted. Messages and deltas are the same for everyone, so the
 * server is asked: at once for a message that is shown for the first time, without haste when it has changed since, and for
 * many messages at a time.
 */
export class OwnReactions {
  readonly #options: OwnReactionsOptions;
  readonly #known = new Map<RoomId, Map<MessageId, Known>>();
  readonly #wanted = new Map<RoomId, Map<MessageId, Known>>();
  #isOpen = false;
  #dueAt = Number.POSITIVE_INFINITY;
  #callOff = () => {};

  constructor(options: OwnReactionsOptions) {
    this.#options = options;
  }

  /** As far as it is known; `onChange` tells when more is. */
  has(message: Message, emoji: string): boolean {
    const known = this.#find(message);
    if (!known.isAsked && known.seq < message.seq) {
      this.#want(message.room, message.id, known, known.seq === 0 ? 0 : againMs);
    }
    return known.emoji.has(emoji);
  }

  /** I have put an emoji on a message, or taken it off, and the server has answered with what the message is now. */
  acted(message: Message, emoji: string, on: boolean): void {
    const reaction = message.reactions?.find((other) => other.emoji === emoji);
    const isTold = !reaction || namesAll(reaction);
    if (isTold && !this.#known.get(message.room)?.has(message.id)) return;
    const known = this.#find(message);
    const others = [...known.emoji].filter((other) => other !== emoji);
    known.emoji = new Set(on ? [...others, emoji] : others);
    known.actedAt = message.seq;
  }

  /** The connection is there. */
  open(): void {
    this.#isOpen = true;
    if (this.#wanted.size > 0) this.#askIn(0);
  }

  close(): void {
    this.#isOpen = false;
    this.#callOff();
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** The room is left, or its numbers begin anew. */
  forget(room: RoomId): void {
    this.#known.delete(room);
    this.#wanted.delete(room);
  }

  #find({ room, id }: Message): Known {
    const ofRoom = this.#known.get(room) ?? new Map<MessageId, Known>();
    const known = ofRoom.get(id) ?? { emoji: new Set(), seq: 0, actedAt: 0, isAsked: false };
    this.#known.set(room, ofRoom.set(id, known));
    return known;
  }

  #want(room: RoomId, id: MessageId, known: Known, ms: number): void {
    known.isAsked = true;
    this.#wanted.set(room, (this.#wanted.get(room) ?? new Map()).set(id, known));
    if (this.#isOpen) this.#askIn(ms * (0.5 + this.#options.clock.random()));
  }

  #askIn(ms: number): void {
    const { clock } = this.#options;
    const dueAt = clock.now() + ms;
    if (this.#dueAt <= dueAt) return;
    this.#callOff();
    this.#dueAt = dueAt;
    this.#callOff = clock.after(ms, () => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#ask();
    });
  }

  #ask(): void {
    for (const [room, wanted] of this.#wanted) {
      const messages = [...wanted];
      while (messages.length > 0) void this.#load(room, messages.splice(0, limits.ownReactionMessages));
    }
    this.#wanted.clear();
  }

  async #load(room: RoomId, asked: readonly (readonly [MessageId, Known])[]): Promise<void> {
    try {
      const ids = asked.map(([id]) => id);
      const { reactions, head } = await this.#options.load(room, ids);
      const told = new Map(reactions.map(({ message, emoji }) => [message, emoji]));
      for (const [id, known] of asked) {
        known.isAsked = false;
        known.seq = head;
        if (head >= known.actedAt) known.emoji = new Set(told.get(id));
      }
      this.#options.onChange();
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      for (const [id, known] of asked) {
        known.isAsked = false;
        if (error.retryable) this.#want(room, id, known, againMs);
      }
    }
  }
}
