import { type Accessor, createEffect, createMemo, createSignal, onCleanup, untrack } from "solid-js";
import { watchGestures } from "./gesture.ts";
import { createMounted, guessedLineHeight, type Mounted } from "./mounted.ts";
import { createReserve } from "./reserve.ts";

/**
 * Where someone is in a long list, and what of it is in the page.
 *
 * The scroller is a reversed column with one child: `scrollTop` is 0 at the newest line and negative above it. So what
 * is put in front, or changes its height above the reader, moves nothing. For what changes below the reader, the first
 * line in sight is remembered on every scroll, and put back where it was before the next picture is drawn.
 */
export interface Reading<T> extends Pick<Mounted<T>, "chunkIds" | "span" | "chunk" | "markRef"> {
  attach(scroller: HTMLElement, content: HTMLElement): void;
  /** The height of the space for older lines that are not here yet. */
  readonly reserve: Accessor<number>;
  lineRef(item: T, element: HTMLElement): void;
  /** The line that an element belongs to. */
  lineAt(element: Element): T | undefined;
  elementOf(item: T): HTMLElement | undefined;
  /** Whether the newest line of all is in sight, so that the next one will be too. */
  readonly atEnd: Accessor<boolean>;
  /** Whether the newest line is more than a screen away. */
  readonly farFromEnd: Accessor<boolean>;
  /** The first line in sight, if it does not begin there itself. */
  readonly firstInSight: Accessor<T | undefined>;
  toEnd(): void;
  /** Brings a line into sight: `offset` below the upper edge, or by the shortest way. */
  reveal(item: T, offset?: number): void;
  /** Makes a change whose own line stays where it is. */
  holdStill(element: HTMLElement, change: () => void): void;
  /** The first line in sight and where it stands, to return to later; null at the end. */
  position(): { readonly item: T; readonly offset: number } | null;
}

/** The first line in sight, where its edges stood below that of the scroller, and how far was scrolled then. */
interface Anchor {
  readonly element: HTMLElement;
  readonly top: number;
  readonly bottom: number;
  readonly scrollTop: number;
}

const endSlack = 8;

export function createReading<T extends object>(options: {
  readonly items: Accessor<readonly T[]>;
  readonly hasOlder: Accessor<boolean>;
  /** Whether newer lines will be put behind the last one: a reader there is not at the end. */
  readonly hasNewer: Accessor<boolean>;
  /** Called whenever the oldest line is less than two screens away. May be called often. */
  readonly onNearStart: () => void;
  /** The same for the last line. */
  readonly onNearEnd: () => void;
}): Reading<T> {
  let scroller: HTMLElement | undefined;
  let content: HTMLElement | undefined;
  let anchor: Anchor | null = null;
  let contentHeight = 0;
  const lineElements = new Map<T, HTMLElement>();
  const linesByElement = new WeakMap<Element, T>();

  const [view, setView] = createSignal<{ bottom: number; height: number; last?: T | undefined }>({
    bottom: 0,
    height: innerHeight,
  });
  const [atBottom, setAtBottom] = createSignal(true);
  const atEnd = () => atBottom() && !options.hasNewer();
  const [gesturing, setGesturing] = createSignal(false);
  const [firstInSight, setFirstInSight] = createSignal<T>();
  const reserve = createReserve(options.hasOlder);

  // Putting a line back in place would break a finger's gesture, so nothing is added below until it has ended.
  const items = createMemo<readonly T[]>((before) => {
    const now = options.items();
    return gesturing() && !atEnd() && before.length > 0 && before.at(-1) !== now.at(-1) ? before : now;
  }, []);
  /** Lines that were put below the reader since they last looked push up what is in sight: it must stay in the page. */
  const placed = createMemo(() => {
    const { bottom, height, last } = view();
    const at = last === undefined || atEnd() ? -1 : items().lastIndexOf(last);
    const added = at < 0 ? 0 : items().length - 1 - at;
    return { bottom: bottom + added * guessedLineHeight, height };
  });
  const mounted = createMounted(items, placed);
  createEffect(() => {
    for (const id of mounted.chunkIds()) mounted.chunk(id);
    if (isShown()) onDrawn();
  });

  const sizes = new ResizeObserver(() => {
    if (!isShown()) return;
    keepStill();
    contentHeight = heightOfContent();
    // More may have to be mounted; not here, where the browser would have to measure again at once.
    if (measure()) requestAnimationFrame(mounted.measured);
    if (scroller && view().height !== scroller.clientHeight) look();
    checkEnds();
  });
  onCleanup(() => sizes.disconnect());

  function attach(outer: HTMLElement, inner: HTMLElement): void {
    scroller = outer;
    content = inner;
    sizes.observe(outer);
    sizes.observe(inner);
    outer.addEventListener("scroll", onScroll, { passive: true });
    onCleanup(watchGestures(outer, setGesturing));
    onScroll();
  }

  /** A phone hides the list behind the details of the room. Then everything seems to have no height. */
  const isShown = () => scroller !== undefined && scroller.clientHeight > 0;

  function onScroll(): void {
    if (!isShown()) return;
    reserve.wait();
    // What was added since the last picture must not count as scrolling, nor what is mounted now.
    keepStill();
    remember();
    look();
    checkEnds();
  }

  function look(): void {
    if (!scroller) return;
    // What leaves the page now is replaced by space of exactly its height.
    measure();
    const bottom = Math.max(0, -scroller.scrollTop);
    setAtBottom(bottom <= endSlack);
    setView({ bottom, height: scroller.clientHeight, last: untrack(items).at(-1) });
  }

  /** Lines have come or gone: what is new above is taken from the reserve, and the reader stays where they are. */
  function onDrawn(): void {
    const grown = heightOfContent() - contentHeight;
    const moved = movedSince(anchor);
    if (moved !== null) reserve.take(grown + moved);
    keepStill();
    remember();
    contentHeight = heightOfContent();
  }

  const heightOfContent = () => content?.getBoundingClientRect().height ?? 0;

  const measure = () => mounted.measure(content?.lastElementChild);

  function remember(): void {
    anchor = null;
    if (!scroller) return;
    const edge = scroller.getBoundingClientRect().top;
    const item = mounted.find(edge, (one) => (lineElements.get(one)?.getBoundingClientRect().bottom ?? 0) > edge);
    const element = item && lineElements.get(item);
    if (!element) {
      setFirstInSight(undefined);
      return;
    }
    const { top, bottom } = element.getBoundingClientRect();
    anchor = { element, top: top - edge, bottom: bottom - edge, scrollTop: scroller.scrollTop };
    setFirstInSight(() => (hasDayInSight(element, edge) ? undefined : item));
  }

  /** Whether a line begins its day, and that is written above it in sight. The line of the unread may be between. */
  function hasDayInSight(element: Element, edge: number): boolean {
    const above = element.previousElementSibling;
    const heading = above?.classList.contains("unread-line") ? above.previousElementSibling : above;
    return heading?.classList.contains("day") === true && heading.getBoundingClientRect().bottom - edge > 8;
  }

  /** How far the first line in sight stands from where scrolling alone would have put it. Its lower edge counts. */
  function movedSince(from: Anchor | null): number | null {
    if (!scroller || !from?.element.isConnected) return null;
    const bottom = from.element.getBoundingClientRect().bottom - scroller.getBoundingClientRect().top;
    return bottom - (from.bottom - (scroller.scrollTop - from.scrollTop));
  }

  function keepStill(): void {
    if (!scroller || atEnd()) return;
    const moved = movedSince(anchor);
    if (moved === null || anchor === null) remember();
    else if (Math.abs(moved) >= 0.5) {
      scroller.scrollTop += moved;
      anchor = { ...anchor, bottom: anchor.bottom + moved };
    }
  }

  function checkEnds(): void {
    if (!scroller) return;
    if (-scroller.scrollTop < scroller.clientHeight * 2) options.onNearEnd();
    const left = scroller.scrollHeight - scroller.clientHeight + scroller.scrollTop - reserve.height();
    if (left < scroller.clientHeight * 2) options.onNearStart();
  }

  function reveal(item: T, offset?: number): void {
    if (!scroller) return;
    if (!lineElements.has(item)) {
      const distance = mounted.distanceOf(item);
      if (distance === null) return;
      scroller.scrollTop = Math.min(0, scroller.clientHeight - distance);
      remember();
      look();
    }
    const line = lineElements.get(item);
    if (offset === undefined) line?.scrollIntoView({ block: "nearest" });
    else if (line) {
      scroller.scrollTop += line.getBoundingClientRect().top - scroller.getBoundingClientRect().top - offset;
    }
    remember();
    look();
  }

  return {
    attach,
    chunkIds: mounted.chunkIds,
    span: mounted.span,
    chunk: mounted.chunk,
    markRef: mounted.markRef,
    reserve: reserve.height,
    lineRef(item, element) {
      lineElements.set(item, element);
      linesByElement.set(element, item);
      onCleanup(() => {
        if (lineElements.get(item) === element) lineElements.delete(item);
      });
    },
    lineAt(element) {
      const line = element.closest("article");
      return line ? linesByElement.get(line) : undefined;
    },
    elementOf: (item) => lineElements.get(item),
    atEnd,
    farFromEnd: () => view().bottom > view().height,
    firstInSight,
    toEnd() {
      if (!scroller) return;
      scroller.scrollTop = 0;
      look();
      // The last lines are mounted now, and may be higher than the space that was left for them.
      scroller.scrollTop = 0;
      remember();
    },
    reveal,
    holdStill(element, change) {
      const before = element.getBoundingClientRect().top;
      change();
      if (scroller) scroller.scrollTop += element.getBoundingClientRect().top - before;
      remember();
      look();
    },
    position() {
      const item = anchor ? linesByElement.get(anchor.element) : undefined;
      return anchor && item && !atEnd() ? { item, offset: anchor.top } : null;
    },
  };
}
