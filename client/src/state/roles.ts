import type { Membership, RoomId, RoomRole, UserId } from "@parley/protocol/model";
import { createSignal } from "solid-js";

/** The roles that changed since this began: what came with a list of members may be older. */
export class Roles {
  readonly #changed = new Map<string, RoomRole>();
  readonly #changes: () => number;
  readonly #onChange: () => void;

  constructor() {
    const [changes, setChanges] = createSignal(0);
    this.#changes = changes;
    this.#onChange = () => setChanges((count) => count + 1);
  }

  put({ room, user, role }: Membership): void {
    this.#changed.set(keyOf(room, user.id), role);
    this.#onChange();
  }

  /** The role of a member now. Reactive. */
  now({ room, user, role }: Membership): RoomRole {
    this.#changes();
    return this.#changed.get(keyOf(room, user.id)) ?? role;
  }

  /** Changes may have been missed. */
  forget(): void {
    this.#changed.clear();
  }
}

const keyOf = (room: RoomId, user: UserId): string => `${room} ${user}`;
