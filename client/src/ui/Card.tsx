import type { JSX } from "solid-js";
import { Mark } from "./Mark.tsx";

/** One centred card under a name: signing in, invites, and whatever stands alone. */
export function Card(props: {
  readonly name: string;
  readonly picture?: string | undefined;
  readonly title: string;
  readonly lead?: JSX.Element;
  readonly children?: JSX.Element;
}) {
  return (
    <main class="card-page">
      <div class="card">
        <p class="card-name">
          <Mark name={props.name} picture={props.picture} />
          <span>{props.name}</span>
        </p>
        <h1>{props.title}</h1>
        {props.lead}
        {props.children}
      </div>
    </main>
  );
}
