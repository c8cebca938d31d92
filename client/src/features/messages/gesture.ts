/** A gesture has ended when no finger is down and nothing has scrolled for so long. */
const restMs = 140;

/** Tells when a finger begins to move `scroller`, and when what it set in motion has come to rest. */
export function watchGestures(scroller: HTMLElement, onChange: (gesturing: boolean) => void): () => void {
  let touching = false;
  let moving = false;
  let rest: ReturnType<typeof setTimeout> | undefined;

  const settle = () => {
    clearTimeout(rest);
    if (touching || !moving) return;
    rest = setTimeout(() => {
      moving = false;
      onChange(false);
    }, restMs);
  };
  const begin = () => {
    touching = true;
    moving = true;
    clearTimeout(rest);
    onChange(true);
  };
  const end = () => {
    touching = false;
    settle();
  };
  scroller.addEventListener("touchstart", begin, { passive: true });
  scroller.addEventListener("touchend", end, { passive: true });
  scroller.addEventListener("touchcancel", end, { passive: true });
  scroller.addEventListener("scroll", settle, { passive: true });
  return () => clearTimeout(rest);
}
