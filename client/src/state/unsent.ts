import type { Outgoing } from "@parley/sdk/outbox";
import { createSignal } from "solid-js";
import type { UnsentMessage } from "./client.ts";

/** What is on its way in all rooms, for screens that tell of it. */
export class Unsent {
  /** In the order in which it was written. */
  readonly list: () => readonly UnsentMessage[];
  readonly #setList: (change: (before: readonly UnsentMessage[]) => readonly UnsentMessage[]) => void;

  constructor() {
    const [list, setList] = createSignal<readonly UnsentMessage[]>([]);
    this.list = list;
    this.#setList = setList;
  }

  put(outgoing: Outgoing, failure: string | null): void {
    const message = { ...outgoing, failure };
    this.#setList((before) => {
      const at = before.findIndex(({ clientMessageId }) => clientMessageId === outgoing.clientMessageId);
      return at < 0 ? [...before, message] : before.with(at, message);
    });
  }

  remove(key: string): void {
    this.#setList((before) => before.filter(({ clientMessageId }) => clientMessageId !== key));
  }
}
