import { type JSX, Show } from "solid-js";

/** A dot on the corner of whatever stands for somebody, and the word for those who cannot see it. Nothing until known. */
export function PresenceDot(props: {
  readonly presence: "online" | "away" | "offline" | undefined;
  readonly children: JSX.Element;
}) {
  return (
    <span class="presence">
      {props.children}
      <Show when={props.presence}>
        {(presence) => (
          <>
            <span class="presence-dot" data-presence={presence()} aria-hidden="true" />
            <span class="sr-only">{presence()}</span>
          </>
        )}
      </Show>
    </span>
  );
}
