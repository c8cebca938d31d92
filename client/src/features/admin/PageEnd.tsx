import { Show } from "solid-js";
import { Button } from "../../ui/Button.tsx";
import { Late } from "../../ui/Late.tsx";
import { NextPage } from "../../ui/NextPage.tsx";
import type { Pages } from "./pages.ts";

/** Below a list: what went wrong, that there is nothing, or the way to more. */
export function PageEnd(props: { readonly pages: Pages<unknown>; readonly empty: string }) {
  return (
    <>
      <Show when={props.pages.problem()}>
        {(text) => (
          <div class="admin-note" role="alert">
            <p>{text()}</p>
            <Button onClick={() => props.pages.reload()}>Try again</Button>
          </div>
        )}
      </Show>
      <p class="admin-note" role="status">
        <Show when={props.pages.items().length === 0 && !props.pages.problem()}>
          <Show when={props.pages.cursor() === undefined} fallback={props.empty}>
            <Late>Loading</Late>
          </Show>
        </Show>
      </p>
      <Show when={!props.pages.problem() && props.pages.cursor()} keyed>
        {(after) => <NextPage label="Show more" onReached={() => props.pages.more(after)} />}
      </Show>
    </>
  );
}
