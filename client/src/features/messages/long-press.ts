const pressMs = 450;
const slackPx = 10;

/** Calls back when a finger rests on an element inside `area`, except on links and most buttons, which have their own. */
export function listenForLongPress(area: HTMLElement, onLongPress: (target: Element) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let start = { x: 0, y: 0 };
  const cancel = () => clearTimeout(timer);

  area.addEventListener("pointerdown", (event) => {
    cancel();
    const { target } = event;
    if (
      event.pointerType !== "touch" ||
      !(target instanceof Element) ||
      target.closest("a, button:not(.reaction), textarea")
    )
      return;
    start = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      navigator.vibrate?.(8);
      // The finger's lifting must not press what has opened under it.
      target.addEventListener("touchend", (end) => end.preventDefault(), { once: true, passive: false });
      onLongPress(target);
    }, pressMs);
  });
  area.addEventListener("pointermove", (event) => {
    if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > slackPx) cancel();
  });
  for (const end of ["pointerup", "pointercancel", "scroll"]) area.addEventListener(end, cancel, { passive: true });
  // Where a long press opens the browser's menu, it must not open above the sheet.
  area.addEventListener("contextmenu", (event) => {
    if (event instanceof PointerEvent && event.pointerType === "touch" && !(event.target as Element).closest("a")) {
      event.preventDefault();
    }
  });
}
