import type { Presence, UserId } from "@parley/protocol/model";
import type { Connection } from "./connection.ts";

/**
 * Who looks at whose presence.
 *
 * Changes are collected and told together: one frame for each connection that looks at any of those who changed, each of
 * them as they are now. So however often people come and go, a connection gets one frame per `flush`.
 */
export class Watchers {
  readonly #watching = new Map<UserId, Set<Connection>>();
  readonly #watchedBy = new Map<Connection, ReadonlySet<UserId>>();
  readonly #changed = new Map<UserId, Presence>();

  /** These users, and no others any more. */
  watch(connection: Connection, users: readonly UserId[]): void {
    this.forget(connection);
    const watched = new Set(users);
    if (watched.size > 0) this.#watchedBy.set(connection, watched);
    for (const user of watched) this.#watching.set(user, (this.#watching.get(user) ?? new Set()).add(connection));
  }

  forget(connection: Connection): void {
    for (const user of this.#watchedBy.get(connection) ?? []) {
      const connections = this.#watching.get(user);
      connections?.delete(connection);
      if (connections?.size === 0) this.#watching.delete(user);
    }
    this.#watchedBy.delete(connection);
  }

  changed(user: UserId, presence: Presence): void {
    if (this.#watching.has(user)) this.#changed.set(user, presence);
  }

  flush(): void {
    if (this.#changed.size === 0) return;
    const told = new Map<Connection, string>();
    for (const [user, presence] of this.#changed) {
      const part = `${JSON.stringify(user)}:"${presence}"`;
      for (const connection of this.#watching.get(user) ?? []) {
        const before = told.get(connection);
        told.set(connection, before === undefined ? part : `${before},${part}`);
      }
    }
    this.#changed.clear();
    for (const [connection, parts] of told) connection.send(`{"type":"presence","users":{${parts}}}`);
  }
}
