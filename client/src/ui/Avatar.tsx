import { initials, toneOf } from "./initials.ts";
import { Picture } from "./Picture.tsx";

/** Someone's picture, or their initials on a colour made from the id. Always beside the name, so it is not read out. */
export function Avatar(props: {
  readonly id: string;
  readonly name: string;
  readonly picture: string | undefined;
  readonly size?: "tiny" | "small" | "large" | "huge";
}) {
  return (
    <span class="avatar" data-tone={toneOf(props.id)} data-size={props.size} aria-hidden="true">
      {initials(props.name)}
      <Picture url={props.picture !== undefined && `/api/avatars/${props.picture}`} />
    </span>
  );
}
