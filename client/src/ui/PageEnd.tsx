import { Show } from "solid-js";
import { Button } from "./Button.tsx";
import { Late } from "./Late.tsx";
import { NextPage } from "./NextPage.tsx";
import type { Pages } from "./pages.ts";
import "./page-end.css";

/** Below a list: what went wrong, that there is nothing, or the way to more. */
export function PageEnd(props: { readonly pages: Pages<unknown>; readonly empty: string; readonly more?: string }) {
  return (
    <>
      <Show when={props.pages.problem()}>
        {(text) => (
          <div class="page-end" role="alert">
            <p>{text()}</p>
            <Button onClick={() => props.pages.retry()}>Try again</Button>
          </div>
        )}
      </Show>
      <p class="page-end" role="status">
        <Show when={props.pages.items().length === 0 && !props.pages.problem()}>
          <Show when={props.pages.cursor() === undefined} fallback={props.empty}>
            <Late>Loading</Late>
          </Show>
        </Show>
      </p>
      <Show when={!props.pages.problem() && props.pages.cursor()} keyed>
        {(after) => <NextPage label={props.more ?? "Show more"} onReached={() => props.pages.more(after)} />}
      </Show>
    </>
  );
}
