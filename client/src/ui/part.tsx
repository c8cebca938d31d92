import { createComponent, createSignal, ErrorBoundary, type JSX, Match, Show, Switch } from "solid-js";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";

/** A component that is fetched when it is first shown, or earlier. */
export type Part<P extends object> = ((props: P) => JSX.Element) & { preload(): void };

/**
 * What cannot be fetched, or breaks, says so in its own place and offers to try again; the page around it goes on. `frame`
 * is what holds those words.
 */
export function part<P extends object>(
  load: () => Promise<(props: P) => JSX.Element>,
  frame: (sorry: JSX.Element, props: P) => JSX.Element = (sorry) => sorry,
): Part<P> {
  let found: ((props: P) => JSX.Element) | undefined;
  let fetching: Promise<void> | undefined;
  const fetch = () => {
    fetching ??= reloadStyles()
      .then(load)
      .then(
        (component) => {
          found = component;
        },
        (error: unknown) => {
          fetching = undefined;
          throw error;
        },
      );
    return fetching;
  };

  const show = (props: P) => {
    const [state, setState] = createSignal<"fetching" | "here" | "failed">(found ? "here" : "fetching");
    const ask = () =>
      fetch().then(
        () => setState("here"),
        () => setState("failed"),
      );
    if (!found) void ask();
    return (
      <ErrorBoundary
        fallback={(error, reset) => {
          reportError(error);
          return frame(<Sorry text="Something broke here." onRetry={reset} />, props);
        }}
      >
        <Switch>
          <Match when={state() === "here"}>{found && createComponent(found, props)}</Match>
          <Match when={state() === "failed"}>
            {frame(<Sorry text="This part could not be loaded." onRetry={ask} />, props)}
          </Match>
        </Switch>
      </ErrorBoundary>
    );
  };
  return Object.assign(show, { preload: () => void fetch().catch(() => {}) });
}

/** The same for what asks or shows something above the page. */
export const dialogPart = <P extends { readonly onClose: () => void }>(
  load: () => Promise<(props: P) => JSX.Element>,
): Part<P> =>
  part(load, (sorry, props) => (
    <Dialog title="Sorry" kind="small" onClose={() => props.onClose()}>
      {sorry}
    </Dialog>
  ));

function Sorry(props: { readonly text: string; readonly onRetry: () => unknown }) {
  const [busy, setBusy] = createSignal(false);
  const [tried, setTried] = createSignal(false);
  const retry = async () => {
    setBusy(true);
    await props.onRetry();
    setBusy(false);
    setTried(true);
  };
  return (
    <div class="sorry" role="alert">
      <p>{props.text}</p>
      <p class="buttons">
        <Button busy={busy()} onClick={() => void retry()}>
          Try again
        </Button>
        {/* Of a server that has been renewed, an old page gets nothing more. */}
        <Show when={tried()}>
          <Button kind="quiet" onClick={() => location.reload()}>
            Load the page again
          </Button>
        </Show>
      </p>
    </div>
  );
}

/** Style sheets that could not be had. The bundler's loader takes them for there, and would not ask again. */
const missing = new Set<HTMLLinkElement>();
addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLLinkElement && target.rel === "stylesheet") missing.add(target);
  },
  { capture: true },
);

async function reloadStyles(): Promise<void> {
  const links = [...missing];
  missing.clear();
  await Promise.all(
    links.map((link) => {
      const again = link.cloneNode() as HTMLLinkElement;
      const settled = new Promise((resolve) => {
        again.addEventListener("load", resolve);
        again.addEventListener("error", resolve);
      });
      link.replaceWith(again);
      return settled;
    }),
  );
}
