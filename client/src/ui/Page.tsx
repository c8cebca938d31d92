import type { JSX } from "solid-js";
import { BackToRooms } from "./BackToRooms.tsx";
import { Icon, type IconName } from "./Icon.tsx";

/** What takes the place of a room: a title with what can be done beside it, and a body that scrolls. */
export function Page(props: {
  readonly icon: IconName;
  readonly title: string;
  /** Takes the focus where what had it has gone. */
  readonly titleRef?: (element: HTMLElement) => void;
  readonly acts?: JSX.Element;
  /** Between the title and the body. */
  readonly sections?: JSX.Element;
  readonly children: JSX.Element;
}) {
  return (
    <div class="page">
      <header class="page-head">
        <BackToRooms />
        <div class="page-title">
          <Icon name={props.icon} />
          <h1 tabIndex={-1} ref={(element) => props.titleRef?.(element)}>
            {props.title}
          </h1>
        </div>
        <div class="page-acts">{props.acts}</div>
      </header>
      {props.sections}
      <div class="page-body">{props.children}</div>
    </div>
  );
}

/** What stands alone in the middle of that place. */
export function Aside(props: { readonly children: JSX.Element }) {
  return (
    <div class="page">
      <header class="page-head page-back">
        <BackToRooms />
      </header>
      <div class="aside">{props.children}</div>
    </div>
  );
}
