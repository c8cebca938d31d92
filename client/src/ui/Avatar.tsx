import { createSignal, Show } from "solid-js";
import { initials, toneOf } from "./initials.ts";

/** Someone's picture, or their initials on a colour made from the id. Always beside the name, so it is not read out. */
export function Avatar(props: {
  readonly id: string;
  readonly name: string;
  /** Which picture; without one, or while it cannot be had, the initials stand in for it. */
  readonly picture: string | undefined;
  readonly size?: "small" | "large" | "huge";
}) {
  const [broken, setBroken] = createSignal<string>();
  const picture = () => (props.picture === broken() ? undefined : props.picture);
  return (
    <span class="avatar" data-tone={toneOf(props.id)} data-size={props.size} aria-hidden="true">
      {initials(props.name)}
      <Show when={picture()} keyed>
        {(id) => (
          <img src={`/api/avatars/${id}`} alt="" loading="lazy" draggable={false} onError={() => setBroken(id)} />
        )}
      </Show>
    </span>
  );
}
