import { createSignal } from "solid-js";

/** Where the page is: the address without its origin. */
export interface Place {
  readonly pathname: string;
  readonly search: URLSearchParams;
  readonly hash: string;
}

const here = (): Place => ({
  pathname: location.pathname,
  search: new URLSearchParams(location.search),
  hash: location.hash,
});

const [place, setPlace] = createSignal<Place>(here());

export { place };

/** Goes to a path of this origin. */
export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  const from = location.pathname;
  if (options.replace) history.replaceState(history.state, "", to);
  else history.pushState({ from }, "", to);
  setPlace(here());
}

/** Goes to the place above this one: back, when that is where the reader came from, so that histories stay short. */
export function goUp(to: string): void {
  const state: unknown = history.state;
  const from = typeof state === "object" && state !== null && "from" in state ? state.from : null;
  if (from === to) history.back();
  else navigate(to, { replace: true });
}

/** Follows the history, and lets links to places that `isOurs` change the page without loading it anew. */
export function startRouter(isOurs: (pathname: string) => boolean): void {
  window.addEventListener("popstate", () => setPlace(here()));
  window.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (
      !link ||
      event.defaultPrevented ||
      !isPlainClick(event) ||
      link.target !== "" ||
      link.hasAttribute("download")
    ) {
      return;
    }
    // A jump within the page is the browser's: it moves the focus too.
    if (link.getAttribute("href")?.startsWith("#")) return;
    if (link.origin !== location.origin || !isOurs(link.pathname)) return;
    event.preventDefault();
    if (link.href !== location.href) navigate(link.pathname + link.search + link.hash);
  });
}

function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
