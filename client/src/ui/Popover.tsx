import { createUniqueId, type JSX, onCleanup, onMount } from "solid-js";

const gap = 8;

/** A small dialog beside what opened it, while it is mounted. Esc and a press elsewhere close it; the focus returns. */
export function Popover(props: {
  readonly beside: HTMLElement;
  readonly label: string;
  readonly onClose: () => void;
  readonly children: JSX.Element;
}) {
  const id = createUniqueId();
  let popover: HTMLDivElement | undefined;
  const place = () => popover && placeBeside(popover, props.beside.getBoundingClientRect());
  // What it holds may come later.
  const sizes = new ResizeObserver(place);
  onMount(() => {
    if (!popover) return;
    popover.showPopover();
    place();
    sizes.observe(popover);
    popover.focus({ preventScroll: true });
  });
  onCleanup(() => {
    sizes.disconnect();
    const hadFocus = popover?.contains(document.activeElement);
    if (hadFocus) props.beside.focus({ preventScroll: true });
  });

  return (
    <div
      ref={(element) => {
        popover = element;
        element.popover = "auto";
      }}
      id={id}
      class="popover"
      role="dialog"
      aria-label={props.label}
      tabindex="-1"
      onToggle={(event) => {
        if (event.newState === "closed") props.onClose();
      }}
    >
      {props.children}
    </div>
  );
}

/** Below its trigger and in line with it, else above, and always whole within the window. */
function placeBeside(popover: HTMLElement, trigger: DOMRect): void {
  const { width, height } = popover.getBoundingClientRect();
  const below = trigger.bottom + gap;
  const top = below + height + gap <= innerHeight ? below : trigger.top - gap - height;
  popover.style.top = `${within(top, innerHeight - height)}px`;
  popover.style.left = `${within(trigger.left, innerWidth - width)}px`;
}

const within = (at: number, room: number): number => Math.max(gap, Math.min(at, room - gap));
