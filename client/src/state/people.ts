import type { MemberPage } from "@parley/protocol/http/rooms";
import type { Author, Message, RoomId, User, UserId } from "@parley/protocol/model";
import type { Clock } from "@parley/sdk/clock";
import { createSignal } from "solid-js";

/** A room's members are asked for at most this often. */
const askEveryMs = 60_000;

export interface PeopleOptions {
  readonly clock: Clock;
  readonly listMembers: (room: RoomId) => Promise<MemberPage>;
  readonly getUser: (id: UserId) => Promise<User>;
}

/**
 * Who users are: their names and pictures. A change of a user is the last word on them; what came along with messages and
 * memberships may be older, and is good for users of whom nothing else is known.
 */
export class People {
  readonly #options: PeopleOptions;
  readonly #met = new Map<UserId, Author>();
  readonly #changed = new Map<UserId, User>();
  /** User names never change. */
  readonly #ids = new Map<string, UserId>();
  readonly #asked = new Map<RoomId, { readonly at: number; readonly answer: Promise<void> }>();

  readonly #sought = new Set<UserId>();

  readonly #names: () => number;
  readonly #renamed: () => void;

  constructor(options: PeopleOptions) {
    this.#options = options;
    const [names, setNames] = createSignal(0);
    this.#names = names;
    this.#renamed = () => setNames((count) => count + 1);
  }

  meet(author: Author): void {
    this.#met.set(author.id, author);
    this.#ids.set(author.username.toLowerCase(), author.id);
  }

  /** This is who they are now. */
  put(user: User): void {
    this.#changed.set(user.id, user);
    this.#ids.set(user.username.toLowerCase(), user.id);
    this.#renamed();
  }

  /** All of someone, if anything of them has changed since this began. Reactive. */
  known(id: UserId): User | undefined {
    this.#names();
    return this.#changed.get(id);
  }

  /** Someone as they are now. Reactive. */
  now(author: Author): Author {
    this.#names();
    return this.#changed.get(author.id) ?? author;
  }

  /** Changes of users may have been missed. */
  forget(): void {
    this.#changed.clear();
  }

  /** Whoever has been met by this user name, in lower case, as they are now. Reactive. */
  byUsername(username: string): Author | undefined {
    this.#names();
    const id = this.#ids.get(username);
    return id === undefined ? undefined : this.#find(id);
  }

  /** The messages with their authors as they are now. */
  named(messages: readonly Message[]): readonly Message[] {
    return messages.map((message) => {
      const user = this.#changed.get(message.author.id);
      return !user || looksLike(user, message.author) ? message : { ...message, author: toAuthor(user) };
    });
  }

  /**
   * Someone as far as they are known. Who is not is asked for: first among the members of the room, then by themself,
   * once. Reactive.
   */
  seek(room: RoomId, id: UserId): Author | undefined {
    this.#names();
    const found = this.#find(id);
    if (!found && !this.#sought.has(id)) {
      this.#sought.add(id);
      void this.#seek(room, id);
    }
    return found;
  }

  /** Asks for the first page of the room's members when the user is unknown; null when that does not help. */
  async find(room: RoomId, id: UserId): Promise<Author | null> {
    if (!this.#find(id)) await this.#ask(room);
    return this.#find(id) ?? null;
  }

  async #seek(room: RoomId, id: UserId): Promise<void> {
    try {
      const person = (await this.find(room, id)) ?? (await this.#options.getUser(id));
      this.meet(person);
      this.#renamed();
    } catch {
      this.#sought.delete(id); // They stay unknown for now.
    }
  }

  #find(id: UserId): Author | undefined {
    return this.#changed.get(id) ?? this.#met.get(id);
  }

  #ask(room: RoomId): Promise<void> {
    const { clock, listMembers } = this.#options;
    const last = this.#asked.get(room);
    if (last && clock.now() - last.at < askEveryMs) return last.answer;
    const answer = listMembers(room).then(
      ({ members }) => {
        for (const { user } of members) this.meet(user);
      },
      () => {}, // Then they stay unknown for now.
    );
    this.#asked.set(room, { at: clock.now(), answer });
    return answer;
  }
}

const looksLike = (user: Author, other: Author): boolean =>
  user.displayName === other.displayName && user.avatar === other.avatar;

function toAuthor({ id, username, displayName, avatar }: Author): Author {
  return { id, username, displayName, ...(avatar !== undefined && { avatar }) };
}
