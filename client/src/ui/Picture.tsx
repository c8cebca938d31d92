import { createSignal, Show } from "solid-js";

/** A picture over what stands in for it until it is there, and when it cannot be had. */
export function Picture(props: { readonly url: string | false }) {
  const [broken, setBroken] = createSignal<string>();
  return (
    <Show when={props.url !== broken() && props.url} keyed>
      {(url) => <img src={url} alt="" loading="lazy" draggable={false} onError={() => setBroken(url)} />}
    </Show>
  );
}
