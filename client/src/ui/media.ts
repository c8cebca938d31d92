import { type Accessor, createSignal } from "solid-js";

/** One column: the list of rooms and a room do not fit beside each other. */
export const isNarrow = watch("(max-width: 719.98px)");
/** A finger rather than a mouse. */
export const isTouch = watch("(hover: none) and (pointer: coarse)");

function watch(query: string): Accessor<boolean> {
  const media = matchMedia(query);
  const [matches, setMatches] = createSignal(media.matches);
  media.addEventListener("change", () => setMatches(media.matches));
  return matches;
}
