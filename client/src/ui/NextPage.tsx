import { onCleanup, onMount } from "solid-js";
import { Button } from "./Button.tsx";

/** Asks for the next page of a list when it comes into sight, or is pressed. */
export function NextPage(props: { readonly label: string; readonly onReached: () => void }) {
  let element: HTMLDivElement | undefined;
  const sight = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) props.onReached();
  });
  onMount(() => element && sight.observe(element));
  onCleanup(() => sight.disconnect());
  return (
    <div
      ref={(node) => {
        element = node;
      }}
    >
      <Button kind="quiet" onClick={() => props.onReached()}>
        {props.label}
      </Button>
    </div>
  );
}
