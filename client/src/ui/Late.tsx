import { createSignal, type JSX, onCleanup, Show } from "solid-js";

/** Shows its children only once it has stood for a while: what is quick needs no sign of waiting. */
export function Late(props: { readonly afterMs?: number; readonly children: JSX.Element }) {
  const [shown, setShown] = createSignal(false);
  const timer = setTimeout(() => setShown(true), props.afterMs ?? 300);
  onCleanup(() => clearTimeout(timer));
  return <Show when={shown()}>{props.children}</Show>;
}
