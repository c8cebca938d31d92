import { qualifyEmoji } from "@parley/protocol/emoji";
import type { ParleyError } from "@parley/protocol/errors";
import type { Message, MessageId, Reaction, RoomId, UserId } from "@parley/protocol/model";
import type { Clock } from "@parley/sdk/clock";
import { keyOf, type Wish } from "@parley/sdk/outbox";
import { createSignal } from "solid-js";
import type { ShownReaction } from "./client.ts";
import { namesAll, OwnReactions, type OwnReactionsOptions } from "./own-reactions.ts";

export interface ReactionsOptions {
  readonly clock: Clock;
  readonly me: UserId;
  /** Has the outbox send it. */
  readonly put: (wish: Wish) => Promise<void>;
  /** A wish that nobody waits for any more was refused. Told in words. */
  readonly onRefused: (text: string) => void;
  /** What I have put on these messages, as the server has it. */
  readonly loadOwn: OwnReactionsOptions["load"];
}

/**
 * My reactions on their way. A press shows at once as a *wish* laid over the message, until the server has the last state
 * that I want, or has refused it. The outbox keeps and sends wishes; those of other pages show here, too.
 */
export class Reactions {
  readonly #options: ReactionsOptions;
  /** By message, then by emoji. */
  readonly #wishes = new Map<string, Map<string, Wish>>();
  /** Whoever pressed, and wants to know what comes of it. */
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  /** Wishes from here on their way to the outbox: they show already, and perhaps not as the last one. */
  readonly #pressed = new Set<Wish>();
  readonly #own: OwnReactions;
  readonly #changes: () => number;
  readonly #changed: () => void;

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
    const wishes = this.#wishes.get(placeOf(message));
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
    const { room, id } = message;
    const wish: Wish = { kind: "react", room, id, emoji, on };
    const waiting = this.#waiting.get(keyOf(wish)) ?? Promise.withResolvers<void>();
    this.#waiting.set(keyOf(wish), waiting);
    this.#show(wish);
    this.#pressed.add(wish);
    void this.#options.put(wish);
    return waiting.promise;
  }

  /** The connection is there. */
  open(): void {
    this.#own.open();
  }

  close(): void {
    this.#own.close();
  }

  /** The room is left, or its numbers begin anew: what is known of mine there counts no more. */
  forget(room: RoomId): void {
    this.#own.forget(room);
  }

  /** The outbox has it. */
  kept(wish: Wish): void {
    if (!this.#pressed.delete(wish)) this.#show(wish);
  }

  /** The server has it. */
  done(wish: Wish, message: Message | null): void {
    if (message) this.#own.acted(message, wish.emoji, wish.on);
    if (this.#end(wish)) this.#waitingFor(wish)?.resolve();
  }

  /** It is not to be had. */
  dropped(wish: Wish, error: ParleyError | null): void {
    if (!this.#end(wish)) return;
    const waiting = this.#waitingFor(wish);
    if (!error) waiting?.resolve();
    else if (waiting) waiting.reject(error);
    else this.#options.onRefused(`${wish.emoji} was not put on the message. ${error.message}`);
  }

  #show(wish: Wish): void {
    const wishes = this.#wishes.get(placeOf(wish)) ?? new Map<string, Wish>();
    this.#wishes.set(placeOf(wish), wishes);
    wishes.set(wish.emoji, wish);
    this.#changed();
  }

  /** False when something else is wished by now. */
  #end(wish: Wish): boolean {
    const place = placeOf(wish);
    const wishes = this.#wishes.get(place);
    if (!wishes || wishes.get(wish.emoji)?.on !== wish.on) return false;
    wishes.delete(wish.emoji);
    if (wishes.size === 0) this.#wishes.delete(place);
    this.#changed();
    return true;
  }

  #waitingFor(wish: Wish): PromiseWithResolvers<void> | undefined {
    const waiting = this.#waiting.get(keyOf(wish));
    this.#waiting.delete(keyOf(wish));
    return waiting;
  }

  #isMine(message: Message, reaction: Reaction): boolean {
    if (reaction.users.includes(this.#options.me)) return true;
    return !namesAll(reaction) && this.#own.has(message, reaction.emoji);
  }
}

const placeOf = ({ room, id }: { readonly room: RoomId; readonly id: MessageId }) => `${room} ${id}`;
