import type { JSX } from "solid-js";
import { Avatar } from "./Avatar.tsx";
import { dayOf, formatClock, formatDay, formatFull } from "./time.ts";
import "./excerpt.css";

/** What someone has said, told in a few lines outside its place, and the way there. */
export function Excerpt(props: {
  readonly href: string;
  readonly author: { readonly id: string; readonly displayName: string; readonly avatar?: string };
  readonly at: string;
  /** Beside the name. */
  readonly beside: JSX.Element;
  readonly compact?: boolean;
  readonly onFollow?: () => void;
  /** The words. */
  readonly children: JSX.Element;
}) {
  return (
    <a
      class="excerpt"
      data-compact={props.compact ? "" : undefined}
      href={props.href}
      onClick={() => props.onFollow?.()}
    >
      <Avatar
        id={props.author.id}
        name={props.author.displayName}
        picture={props.author.avatar}
        size={props.compact ? "small" : "large"}
      />
      <span class="excerpt-words">
        <span class="excerpt-who">
          <b dir="auto">{props.author.displayName}</b>
          {props.beside}
          <time datetime={props.at} title={formatFull(props.at)}>
            {formatDay(dayOf(props.at))}, {formatClock(props.at)}
          </time>
        </span>
        <span class="excerpt-text" dir="auto">
          {props.children}
        </span>
      </span>
    </a>
  );
}
