import { typingMs } from "@parley/protocol/frames";
import type { Author, RoomId, UserId } from "@parley/protocol/model";
import type { Clock } from "@parley/sdk/clock";
import { createSignal } from "solid-js";

export interface TypingOptions {
  readonly clock: Clock;
  readonly me: UserId;
  /** Null for a user whose name cannot be found out: they are not shown. */
  readonly findPerson: (room: RoomId, user: UserId) => Promise<Author | null>;
  readonly tell: (room: RoomId) => void;
}

interface RoomTyping {
  readonly writers: () => readonly Author[];
  readonly setWriters: (writers: readonly Author[]) => void;
  /** By user, in the order in which they began. */
  readonly active: Map<UserId, Writer>;
}

interface Writer {
  author: Author | null;
  cancelEnd: () => void;
}

/** Who is writing where. Nothing here is ever caught up: it ends by itself. */
export class Typing {
  readonly #options: TypingOptions;
  readonly #rooms = new Map<RoomId, RoomTyping>();
  readonly #toldAt = new Map<RoomId, number>();

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  writers(room: RoomId): readonly Author[] {
    return this.#room(room).writers();
  }

  /** I am writing. The others are told once in half the time that one telling holds. */
  notify(room: RoomId): void {
    const { clock, tell } = this.#options;
    if (clock.now() - (this.#toldAt.get(room) ?? Number.NEGATIVE_INFINITY) < typingMs / 2) return;
    this.#toldAt.set(room, clock.now());
    tell(room);
  }

  /** I have sent it: what I write next is told at once. */
  onSend(room: RoomId): void {
    this.#toldAt.delete(room);
  }

  onTyping(room: RoomId, user: UserId): void {
    const { clock, me } = this.#options;
    if (user === me) return;
    const { active } = this.#room(room);
    const known = active.get(user);
    known?.cancelEnd();
    const cancelEnd = clock.after(typingMs, () => this.end(room, user));
    if (known) {
      known.cancelEnd = cancelEnd;
    } else {
      const writer: Writer = { author: null, cancelEnd };
      active.set(user, writer);
      void this.#name(room, user, writer);
    }
  }

  /** Their time is up, or their message is there. */
  end(room: RoomId, user: UserId): void {
    const typing = this.#rooms.get(room);
    const writer = typing?.active.get(user);
    if (!typing || !writer) return;
    writer.cancelEnd();
    typing.active.delete(user);
    this.#show(typing);
  }

  close(): void {
    for (const { active } of this.#rooms.values()) for (const { cancelEnd } of active.values()) cancelEnd();
  }

  async #name(room: RoomId, user: UserId, writer: Writer): Promise<void> {
    writer.author = await this.#options.findPerson(room, user);
    this.#show(this.#room(room));
  }

  #room(room: RoomId): RoomTyping {
    const known = this.#rooms.get(room);
    if (known) return known;
    const [writers, setWriters] = createSignal<readonly Author[]>([]);
    const typing: RoomTyping = { writers, setWriters, active: new Map() };
    this.#rooms.set(room, typing);
    return typing;
  }

  #show({ active, setWriters }: RoomTyping): void {
    setWriters([...active.values()].flatMap(({ author }) => author ?? []));
  }
}
