import { Aside } from "../ui/Page.tsx";
import { browsePath, homePath } from "../ui/router/routes.ts";

/** In place of what the address does not lead to. What one may not see looks like what does not exist. */
export function Missing(props: { readonly title?: string; readonly text?: string }) {
  return (
    <Aside>
      <div class="missing">
        <h1>{props.title ?? "There is nothing here"}</h1>
        <p>
          {props.text ??
            "The address may be wrong, the room may be gone, or it is private. If someone sent you here, ask them for an invite."}
        </p>
        <p class="missing-links">
          <a class="button" data-kind="plain" href={browsePath}>
            Browse rooms
          </a>
          <a class="button" data-kind="quiet" href={homePath}>
            Your rooms
          </a>
        </p>
      </div>
    </Aside>
  );
}
