import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";

const pauseMs = 150;

/** A text as it stood when its writer last paused: an answer to every key would only be thrown away with the next one. */
export function createPaused(text: Accessor<string>): Accessor<string> {
  const [paused, setPaused] = createSignal(text());
  createEffect(
    on(
      text,
      (now) => {
        const timer = setTimeout(() => setPaused(now), pauseMs);
        onCleanup(() => clearTimeout(timer));
      },
      { defer: true },
    ),
  );
  return paused;
}
