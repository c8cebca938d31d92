import { initials } from "./initials.ts";

/** The first letter of a name on the accent: stands for the workspace. */
export function Mark(props: { readonly name: string }) {
  return (
    <span class="mark" aria-hidden="true">
      {initials(props.name.split(/\s/u)[0] ?? "")}
    </span>
  );
}
