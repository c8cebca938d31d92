import { navigate } from "../ui/router/router.ts";
import { searchPath } from "../ui/router/routes.ts";

/** Ctrl or Cmd with Shift and F, and `/` where nothing is being written, lead to the search. */
export function listenForSearchKey(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || document.querySelector("dialog[open]")) return;
    const command = event.ctrlKey || event.metaKey;
    const wanted = command ? event.shiftKey && event.key.toLowerCase() === "f" : event.key === "/" && !isWriting(event);
    if (!wanted) return;
    event.preventDefault();
    navigate(searchPath(""));
  };
  addEventListener("keydown", onKeyDown);
  return () => removeEventListener("keydown", onKeyDown);
}

const isWriting = ({ target }: KeyboardEvent) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
