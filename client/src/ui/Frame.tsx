import { createEffect, type JSX, Show } from "solid-js";
import { isNarrow } from "./media.ts";

/**
 * The columns of the page: a sidebar, the main column, and one panel on demand, which lies over the main column where
 * there is no room beside it. On a narrow screen only one of them is shown.
 */
export function Frame(props: {
  readonly sidebar: JSX.Element;
  readonly main: JSX.Element;
  readonly panel: JSX.Element;
  readonly panelOpen: boolean;
  readonly panelLabel: string;
  /** What a narrow screen shows. */
  readonly front: "sidebar" | "main" | "panel";
}) {
  const columns: Partial<Record<"sidebar" | "main" | "panel", HTMLElement>> = {};
  // On a narrow screen what had the focus may be gone with its column. A column that is new is in the page only later.
  createEffect((before) => {
    const { front } = props;
    if (isNarrow() && before !== undefined && before !== front) {
      queueMicrotask(() => columns[front]?.focus({ preventScroll: true }));
    }
    return front;
  });
  const shows = (column: "sidebar" | "main" | "panel") => !isNarrow() || props.front === column;
  const roleOf = (column: "sidebar" | "panel") => (isNarrow() && props.front === column ? "main" : "complementary");

  return (
    <div class="frame" data-panel={props.panelOpen ? "" : undefined}>
      <a class="skip-link" href="#main">
        Skip to the room
      </a>
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles may have a name. */}
      <div
        ref={(element) => {
          columns.sidebar = element;
        }}
        tabindex="-1"
        class="sidebar"
        role={roleOf("sidebar")}
        aria-label="Workspace"
        hidden={!shows("sidebar")}
      >
        {props.sidebar}
      </div>
      <main
        ref={(element) => {
          columns.main = element;
        }}
        id="main"
        class="main"
        tabindex="-1"
        hidden={!shows("main")}
      >
        {props.main}
      </main>
      <Show when={props.panelOpen}>
        {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles may have a name. */}
        <div
          ref={(element) => {
            columns.panel = element;
          }}
          tabindex="-1"
          class="panel"
          role={roleOf("panel")}
          aria-label={props.panelLabel}
          hidden={!shows("panel")}
        >
          {props.panel}
        </div>
      </Show>
    </div>
  );
}
