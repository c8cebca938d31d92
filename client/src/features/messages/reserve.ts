import { type Accessor, createEffect, createSignal, onCleanup, untrack } from "solid-js";

/**
 * Space above the oldest line that is here, for the older ones to come. What is put in front takes its height from it,
 * so the list as a whole stays as high as it is while the reader moves through it, and the scroll bar does not jump. It
 * is filled up again when nothing has moved for a while.
 */
export interface Reserve {
  readonly height: Accessor<number>;
  take(height: number): void;
  /** Something has moved. */
  wait(): void;
}

const full = 4000;
/** What stands there, such as that a page could not be loaded, needs so much. */
const least = 132;
const stillMs = 250;

export function createReserve(hasOlder: Accessor<boolean>): Reserve {
  const [height, setHeight] = createSignal(untrack(hasOlder) ? full : 0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  createEffect(() => {
    setHeight((before) => (hasOlder() ? before || full : 0));
  });

  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => untrack(hasOlder) && setHeight(full), stillMs);
  };
  return {
    height,
    take(taken) {
      if (untrack(height) === 0) return;
      setHeight((before) => Math.max(least, before - taken));
      wait();
    },
    wait,
  };
}
