import type { JSX } from "solid-js";

/** Someone's name or picture, which opens who they are. What opens is the business of `listenForPeople`. */
export function PersonButton(props: {
  readonly id: string;
  readonly class?: string;
  readonly children: JSX.Element;
  /** Not in the order of Tab. */
  readonly aside?: boolean;
  /** For the pointer alone: the name beside it does the same. */
  readonly silent?: boolean;
}) {
  return (
    <button
      type="button"
      class={`person-button ${props.class ?? ""}`}
      data-person={props.id}
      aria-haspopup="dialog"
      aria-hidden={props.silent ? "true" : undefined}
      tabindex={props.silent || props.aside ? "-1" : undefined}
    >
      {props.children}
    </button>
  );
}

/** Calls back whenever one of these buttons on the page is pressed. Answers what ends it. */
export function listenForPeople(onPerson: (id: string, button: HTMLElement) => void): () => void {
  const onClick = ({ target }: MouseEvent) => {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-person]") : null;
    if (button?.dataset.person) onPerson(button.dataset.person, button);
  };
  document.addEventListener("click", onClick);
  return () => document.removeEventListener("click", onClick);
}
