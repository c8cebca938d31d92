import { qualifyEmoji } from "@parley/protocol/emoji";
import { ParleyError } from "@parley/protocol/errors";
import type { Message, MessageId, Reaction, RoomId, UserId } from "@parley/protocol/model";
import { backOffMs, type Clock, sleep } from "@parley/sdk/clock";
import { batch, createSignal } from "solid-js";
import type { ShownReaction } from "./client.ts";
import { namesAll, OwnReactions, type OwnReactionsOptions } from "./own-reactions.ts";

/** Someone who presses again and again sends the state they end in, at most so often. */
const restMs = 300;
/** How often one is tried that the server stumbles over. */
const internalErrorsMax = 5;

export interface ReactionsOptions {
  readonly clock: Clock;
  readonly me: UserId;
  /** Resolves with the message as the server has it. Repeating it is safe. */
  readonly send: (
    wish: { readonly room: RoomId; readonly id: MessageId; readonly emoji: string },
    on: boolean,
  ) => Promise<Message>;
  readonly onMessage: (message: Message) => void;
  /** What I have put on these messages, as the server has it. */
  readonly loadOwn: OwnReactionsOptions["load"];
}

/** What I want of one emoji on one message, until the server has it so. */
interface Wish {
  readonly room: RoomId;
  readonly id: MessageId;
  readonly emoji: string;
  on: boolean;
  readonly settled: PromiseWithResolvers<void>;
}

/**
 * My reactions on their way. A press shows at once as a *wish* laid over the message; wishes are sent one at a time each,
 * the latest state only, until the server has taken or refused them. While there is no connection they wait.
 */
export class Reactions {
  readonly #options: ReactionsOptions;
  readonly #wishes = new Map<string, Map<string, Wish>>();
  readonly #sending = new Set<Wish>();
  /** What was sent a moment ago. */
  readonly #resting = new Set<string>();
  readonly #own: OwnReactions;
  readonly #changes: () => number;
  readonly #changed: () => void;
  #isOpen = false;

  constructor(options: ReactionsOptions) {
    this.#options = options;
    const [changes, setChanges] = createSignal(0);
    this.#changes = changes;
    this.#changed = () => setChanges((count) => count + 1);
    this.#own = new OwnReactions({ clock: options.clock, load: options.loadOwn, onChange: this.#changed });
  }

  /** The reactions of a message with my wishes. Reactive. */
  shown(message: Message): readonly ShownReaction[] {
    this.#changes();
    const { me } = this.#options;
    const wishes = this.#wishes.get(keyOf(message));
    const shown: ShownReaction[] = [];
    for (const reaction of message.reactions ?? []) {
      const mine = this.#isMine(message, reaction);
      const on = wishes?.get(reaction.emoji)?.on ?? mine;
      const count = reaction.count + Number(on) - Number(mine);
      const others = on === mine ? reaction.users : reaction.users.filter((user) => user !== me);
      const users = on && !mine ? [...others, me] : others;
      if (count > 0) shown.push({ emoji: reaction.emoji, users, count, mine: on });
    }
    for (const { emoji, on } of wishes?.values() ?? []) {
      const known = message.reactions?.some((reaction) => reaction.emoji === emoji);
      if (on && !known) shown.push({ emoji, users: [me], count: 1, mine: true });
    }
    return shown;
  }

  /** Puts my emoji on a message, or takes it off. Rejects when the server refuses. */
  toggle(message: Message, spelled: string): Promise<void> {
    const emoji = qualifyEmoji(spelled);
    const on = !this.shown(message).some((reaction) => reaction.emoji === emoji && reaction.mine);
    const key = keyOf(message);
    const wishes = this.#wishes.get(key) ?? new Map<string, Wish>();
    this.#wishes.set(key, wishes);
    const { room, id } = message;
    const wish = wishes.get(emoji) ?? { room, id, emoji, on, settled: Promise.withResolvers<void>() };
    wish.on = on;
    wishes.set(emoji, wish);
    this.#changed();
    void this.#send(wish);
    return wish.settled.promise;
  }

  /** The connection is there. */
  open(): void {
    this.#isOpen = true;
    this.#own.open();
    for (const wishes of this.#wishes.values()) for (const wish of wishes.values()) void this.#send(wish);
  }

  close(): void {
    this.#isOpen = false;
    this.#own.close();
  }

  /** The room is left, or its numbers begin anew: what is known of mine there counts no more. */
  forget(room: RoomId): void {
    this.#own.forget(room);
  }

  async #send(wish: Wish): Promise<void> {
    const key = `${keyOf(wish)} ${wish.emoji}`;
    if (this.#sending.has(wish) || this.#resting.has(key)) return;
    this.#sending.add(wish);
    const { clock, send, onMessage } = this.#options;
    let failures = 0;
    while (this.#isOpen) {
      const { on } = wish;
      try {
        const message = await send(wish, on);
        batch(() => {
          this.#own.acted(message, wish.emoji, on);
          onMessage(message);
          if (wish.on === on) this.#settle(wish);
        });
        this.#rest(key, wish);
        break;
      } catch (error) {
        if (!(error instanceof ParleyError)) throw error;
        failures++;
        if (!error.retryable || (error.code === "internal" && failures >= internalErrorsMax)) {
          this.#settle(wish, error);
          break;
        }
        if (this.#isOpen) await sleep(clock, error.retryAfterMs ?? backOffMs(clock, failures));
      }
    }
    this.#sending.delete(wish);
  }

  /** What is pressed meanwhile is sent afterwards. */
  #rest(key: string, { room, id, emoji }: Wish): void {
    this.#resting.add(key);
    this.#options.clock.after(restMs, () => {
      this.#resting.delete(key);
      const next = this.#wishes.get(keyOf({ room, id }))?.get(emoji);
      if (next) void this.#send(next);
    });
  }

  #settle(wish: Wish, error?: ParleyError): void {
    const key = keyOf(wish);
    const wishes = this.#wishes.get(key);
    wishes?.delete(wish.emoji);
    if (wishes?.size === 0) this.#wishes.delete(key);
    this.#changed();
    if (error) wish.settled.reject(error);
    else wish.settled.resolve();
  }

  #isMine(message: Message, reaction: Reaction): boolean {
    if (reaction.users.includes(this.#options.me)) return true;
    return !namesAll(reaction) && this.#own.has(message, reaction.emoji);
  }
}

const keyOf = ({ room, id }: { readonly room: RoomId; readonly id: MessageId }) => `${room} ${id}`;
