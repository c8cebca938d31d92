import { type Deletion, type Edit, keyOf, type Outgoing } from "@parley/sdk/outbox";
import { createSignal } from "solid-js";
import type { Unsent } from "./client.ts";

/** What is on its way in all rooms, for screens that tell of it. */
export class UnsentList {
  /** In the order in which it was made. */
  readonly list: () => readonly Unsent[];
  readonly #setList: (change: (before: readonly Unsent[]) => readonly Unsent[]) => void;

  constructor() {
    const [list, setList] = createSignal<readonly Unsent[]>([]);
    this.list = list;
    this.#setList = setList;
  }

  put(act: Outgoing | Edit | Deletion, failure: string | null): void {
    const unsent: Unsent = { content: "", ...act, key: keyOf(act), failure };
    this.#setList((before) => {
      const at = before.findIndex(({ key }) => key === unsent.key);
      return at < 0 ? [...before, unsent] : before.with(at, unsent);
    });
  }

  remove(act: Outgoing | Edit | Deletion): void {
    this.#setList((before) => before.filter(({ key }) => key !== keyOf(act)));
  }
}
