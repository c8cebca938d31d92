import { createSignal, onCleanup } from "solid-js";

/** A touch, a turn of the wheel or a key holds it this long. */
const lingerMs = 3000;

/**
 * Whether someone is at a part of the page, so that nothing in it may move: the mouse is over it, it has the focus, or it
 * was touched or scrolled a moment ago. Who writes elsewhere, or does not see the page, is not there, wherever the mouse lies.
 */
export interface Attention {
  held(): boolean;
  /** It was used from elsewhere. */
  note(): void;
  /** Begins with its element. */
  watch(element: HTMLElement): void;
}

export function createAttention(): Attention {
  const [pointed, setPointed] = createSignal(false);
  const [focused, setFocused] = createSignal(false);
  const [lingers, setLingers] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const note = () => {
    clearTimeout(timer);
    setLingers(true);
    timer = setTimeout(() => setLingers(false), lingerMs);
  };
  onCleanup(() => clearTimeout(timer));

  return {
    held: () => pointed() || focused() || lingers(),
    note,
    watch(element) {
      const contains = (target: EventTarget | null) => target instanceof Node && element.contains(target);
      element.addEventListener("pointermove", ({ pointerType }) => setPointed(pointerType === "mouse"));
      element.addEventListener("pointerleave", () => setPointed(false));
      element.addEventListener("pointerdown", note);
      element.addEventListener("wheel", note, { passive: true });
      element.addEventListener("focusin", () => setFocused(true));
      element.addEventListener("focusout", ({ relatedTarget }) => setFocused(contains(relatedTarget)));
      const onKeyDown = ({ target }: KeyboardEvent) => !contains(target) && setPointed(false);
      const onVisibility = () => document.visibilityState === "hidden" && setPointed(false);
      document.addEventListener("keydown", onKeyDown);
      document.addEventListener("visibilitychange", onVisibility);
      onCleanup(() => {
        document.removeEventListener("keydown", onKeyDown);
        document.removeEventListener("visibilitychange", onVisibility);
      });
    },
  };
}
