import type { RoomId, UserId } from "@parley/protocol/model";
import { createSignal, type Signal } from "solid-js";

/** Where text survives a reload of the page, such as `sessionStorage`. */
export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What is written but not sent, per room. */
export class Drafts {
  readonly #key: string;
  readonly #storage: DraftStorage | undefined;
  readonly #rooms = new Map<RoomId, Signal<string>>();

  constructor(user: UserId, storage: DraftStorage | undefined) {
    this.#key = `drafts:${user}`;
    this.#storage = storage;
    for (const [room, text] of this.#stored()) this.#room(room)[1](text);
  }

  get(room: RoomId): string {
    return this.#room(room)[0]();
  }

  set(room: RoomId, text: string): void {
    this.#room(room)[1](text);
    this.#store();
  }

  /** Leaves nothing behind. */
  clear(): void {
    for (const [, setText] of this.#rooms.values()) setText("");
    this.#store();
  }

  #room(room: RoomId): Signal<string> {
    const signal = this.#rooms.get(room) ?? createSignal("");
    this.#rooms.set(room, signal);
    return signal;
  }

  #stored(): readonly (readonly [RoomId, string])[] {
    try {
      const value: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? "{}");
      if (typeof value !== "object" || value === null) return [];
      return Object.entries(value).filter((entry): entry is [RoomId, string] => typeof entry[1] === "string");
    } catch {
      return [];
    }
  }

  #store(): void {
    const drafts = [...this.#rooms].map(([room, [text]]) => [room, text()] as const).filter(([, text]) => text !== "");
    try {
      if (drafts.length === 0) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, JSON.stringify(Object.fromEntries(drafts)));
    } catch {
      // A full or forbidden storage costs the draft its survival, not the page.
    }
  }
}
