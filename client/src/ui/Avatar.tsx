import { initials, toneOf } from "./initials.ts";

/** Initials on a colour made from the id. Always beside the name, so it is not read out. */
export function Avatar(props: { readonly id: string; readonly name: string; readonly size?: "small" | "large" }) {
  return (
    <span class="avatar" data-tone={toneOf(props.id)} data-size={props.size} aria-hidden="true">
      {initials(props.name)}
    </span>
  );
}
