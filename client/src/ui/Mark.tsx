import { initials } from "./initials.ts";
import { Picture } from "./Picture.tsx";

/** Stands for the workspace: its picture, or the first letter of its name on the accent. */
export function Mark(props: { readonly name: string; readonly picture?: string | undefined; readonly size?: "huge" }) {
  return (
    <span class="mark" data-size={props.size} aria-hidden="true">
      {initials(props.name.split(/\s/u)[0] ?? "")}
      <Picture url={props.picture !== undefined && `/api/workspace/picture/${props.picture}`} />
    </span>
  );
}
