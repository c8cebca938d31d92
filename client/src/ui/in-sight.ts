import { type Accessor, createSignal, onCleanup } from "solid-js";

const setters = new WeakMap<Element, (inSight: boolean) => void>();
const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) setters.get(target)?.(isIntersecting);
});

/** Whether an element is on the screen. Hand it the element once. */
export function createInSight(): { readonly ref: (element: Element) => void; readonly inSight: Accessor<boolean> } {
  const [inSight, setInSight] = createSignal(false);
  return {
    inSight,
    ref(element) {
      setters.set(element, setInSight);
      observer.observe(element);
      onCleanup(() => observer.unobserve(element));
    },
  };
}
