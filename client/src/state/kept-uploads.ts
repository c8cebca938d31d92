import type { Attachment, RoomId, UserId } from "@parley/protocol/model";
import type { DraftStorage } from "./drafts.ts";

/** The uploads of drafts, over a reload of the page: those that are on the server, by room. */
export class KeptUploads {
  readonly #key: string;
  readonly #storage: DraftStorage | undefined;

  constructor(user: UserId, storage: DraftStorage | undefined) {
    this.#key = `uploads:${user}`;
    this.#storage = storage;
  }

  load(): readonly (readonly [RoomId, readonly Attachment[]])[] {
    try {
      const value: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? "{}");
      if (typeof value !== "object" || value === null) return [];
      return Object.entries(value).map(([room, list]) => [room, Array.isArray(list) ? list.filter(isAttachment) : []]);
    } catch {
      return [];
    }
  }

  save(rooms: readonly (readonly [RoomId, readonly Attachment[]])[]): void {
    const kept = rooms.filter(([, attachments]) => attachments.length > 0);
    try {
      if (kept.length === 0) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // A full or forbidden storage costs the uploads their survival, not the page.
    }
  }
}

function isAttachment(value: unknown): value is Attachment {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, type, bytes } = value as Partial<Record<keyof Attachment, unknown>>;
  return [id, name, type].every((text) => typeof text === "string") && typeof bytes === "number";
}
