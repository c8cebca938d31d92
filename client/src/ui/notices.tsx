import { createSignal, For } from "solid-js";

interface Notice {
  readonly id: number;
  readonly text: string;
}

const shownMs = 4000;
const [notices, setNotices] = createSignal<readonly Notice[]>([]);
const [spoken, setSpoken] = createSignal("");
let lastId = 0;

/** Says something in passing, at the edge of the page: "Link copied". Never the only place of anything important. */
export function notify(text: string): void {
  const notice = { id: ++lastId, text };
  setNotices((list) => [...list.slice(-2), notice]);
  setTimeout(() => setNotices((list) => list.filter((other) => other !== notice)), shownMs);
}

/** Says something to screen readers only. */
export function announce(text: string): void {
  // The same words twice are a change only with something different in them.
  setSpoken((before) => (before === text ? `${text}\u00a0` : text));
}

/** Where notices appear; mounted once. */
export function Notices() {
  return (
    <>
      <div class="notices" role="status">
        <For each={notices()}>{(notice) => <p class="notice">{notice.text}</p>}</For>
      </div>
      <div class="sr-only" aria-live="polite">
        {spoken()}
      </div>
    </>
  );
}
