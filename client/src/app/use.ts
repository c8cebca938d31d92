import type { Client } from "../state/client.ts";

/** Someone uses this page: they write, point, touch, or look at it again. What a hidden page hears is no use of it. */
export function listenForUse(client: Client): void {
  const note = () => document.visibilityState === "visible" && client.noteUse();
  for (const event of ["keydown", "pointerdown", "pointermove", "wheel", "focus"]) {
    addEventListener(event, note, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", note);
}
