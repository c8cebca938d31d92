import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";

const pauseMs = 150;

/** A text as it stood when its writer last paused: an answer to every key would only be thrown away with the next one. */
export function createPaused<T extends string | undefined>(text: Accessor<T>): Accessor<T> {
  const [paused, setPaused] = createSignal<T>(text());
  createEffect(
    on(
      text,
      (now) => {
        const timer = setTimeout(() => setPaused(() => now), pauseMs);
        onCleanup(() => clearTimeout(timer));
      },
      { defer: true },
    ),
  );
  return paused;
}
