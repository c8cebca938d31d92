import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type BrowserContextOptions, test } from "@playwright/test";
import { colourViolationsIn, violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { beginning, outside } from "./screens/outside.ts";
import { rooms } from "./screens/rooms.ts";
import type { Act, Scene } from "./screens/screen.ts";
import { talk } from "./screens/talk.ts";
import { admin, you } from "./screens/you.ts";
import { phone, type Visitor } from "./visitor.ts";

const acts: readonly Act[] = [beginning, outside, talk, rooms, you, admin];
/** Acts in which nobody has signed up, or not yet. */
const withoutPeople: readonly Act[] = [beginning, outside];

const sizes: readonly (readonly ["desk" | "phone", BrowserContextOptions])[] = [
  ["desk", { viewport: { width: 1280, height: 800 } }],
  ["phone", phone],
];

const [light, dark] = [
  ["light", { colorScheme: "light", contrast: "no-preference" }],
  ["dark", { colorScheme: "dark", contrast: "no-preference" }],
] as const;
/** Colours are of the theme and not of the size, so a phone has the two that most people use. */
const themes = {
  desk: [
    light,
    dark,
    ["contrast-light", { colorScheme: "light", contrast: "more" }],
    ["contrast-dark", { colorScheme: "dark", contrast: "more" }],
  ],
  phone: [light, dark],
} as const;

/** Where a picture of each screen in each theme goes, if somebody wants to look at them. */
const pictures = process.env.PARLEY_PICTURES === "1" ? join(import.meta.dirname, "../test-results/screens") : null;

for (const [size, options] of sizes) {
  for (const act of acts) {
    journey(`everyone can use every screen: ${act.name}, ${size}`, async ({ server, arrive }) => {
      test.setTimeout(600_000);
      const scene: Scene = {
        server,
        ada: await arrive({ ...options, reducedMotion: "reduce" }),
        lin: await arrive(),
        isPhone: size === "phone",
      };
      for (const { page } of [scene.ada, scene.lin]) page.setDefaultTimeout(20_000);
      if (!withoutPeople.includes(act)) {
        await scene.ada.signUp("ada");
        await scene.lin.signUp("lin");
      }
      await act.prepare(scene);
      const found: Record<string, readonly string[]> = {};
      const screens = act.screens.filter(({ only }) => only === undefined || only === size);
      for (const [index, screen] of screens.entries()) {
        await scene.ada.expecting(screen.expects ?? /^$/, async () => {
          // From elsewhere: an address that differs in its hash alone would leave open what is. On the same server, so that
          // the browser goes on in the same process.
          await scene.ada.page.goto(`${server.url}/healthz`);
          await scene.ada.page.emulateMedia(light[1]);
          await screen.open(scene);
          for (const [theme, media] of themes[size]) {
            await scene.ada.page.emulateMedia(media);
            if (pictures) {
              const file = `${act.name}-${String(index + 1).padStart(2, "0")}-${screen.name.replace(/\W+/g, "-")}`;
              await scene.ada.page.screenshot({ path: join(pictures, size, theme, `${file}.png`), caret: "hide" });
            }
            const violations = await (theme === "light" ? violationsIn : colourViolationsIn)(scene.ada);
            const faults = [...violations, ...(theme === "light" ? await misplacedIn(scene.ada) : [])];
            if (faults.length > 0) found[`${screen.name}, ${theme}`] = faults;
          }
          await screen.leave?.(scene);
        });
      }
      expect(found).toEqual({});
    });
  }
}

/**
 * What sticks out of the page, and on a touch screen what a finger would miss: all within 22 pixels of its middle has to
 * be of it, upwards and downwards and to both sides. Links in running text are as high as their line; names in a talk
 * have the picture beside them; nine kinds of emoji share the width of a phone.
 */
function misplacedIn({ page }: Visitor): Promise<readonly string[]> {
  return page.evaluate(() => {
    const reach = 21;
    const isWhole = (target: HTMLElement): boolean => {
      const { top, bottom } = target.getBoundingClientRect();
      if (top < 0 || bottom > innerHeight) return false;
      for (let around = target.parentElement; around; around = around.parentElement) {
        const outer = around.getBoundingClientRect();
        const cuts = getComputedStyle(around).overflowY !== "visible";
        if (cuts && (top < outer.top || bottom > outer.bottom)) return false;
      }
      return true;
    };
    const misses = (element: HTMLElement): boolean => {
      const target = element.closest("label") ?? element;
      const { left, top, width, height } = target.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const isHit = (right: number, down: number) => {
        const hit = document.elementFromPoint(x + right, y + down);
        return hit !== null && (target.contains(hit) || hit === element);
      };
      // What is covered, or cut where it scrolls, is reached by scrolling to it.
      if (!isHit(0, 0) || !isWhole(target)) return false;
      return ![
        [0, -reach],
        [0, reach],
        [-reach, 0],
        [reach, 0],
      ].every(([right = 0, down = 0]) => isHit(right, down));
    };
    const all = document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary");
    const touched = matchMedia("(pointer: coarse)").matches ? [...all] : [];
    const small = touched
      .filter((element) => !element.matches(".message-who .person-button, .emoji-groups button"))
      .filter((element) => getComputedStyle(element).display !== "inline" && misses(element))
      .map((element) => `too small for a finger: ${element.ariaLabel ?? element.textContent?.slice(0, 40)}`);
    const scrolls = document.documentElement.scrollWidth > document.documentElement.clientWidth;
    return [...(scrolls ? ["the page scrolls sideways"] : []), ...new Set(small)];
  });
}

test("each dialog and each part that is loaded when it is wanted is among the screens", () => {
  const source = join(import.meta.dirname, "../client/src");
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".tsx"));
  const texts = files.map((path) => [path, readFileSync(join(source, path), "utf8")] as const);
  const parts = texts.flatMap(([, text]) =>
    [...text.matchAll(/\(await import\("[^"]*?(\w+)\.tsx"\)\)/g)].map(([, name]) => name),
  );
  const asking = texts
    .filter(([, text]) => /<(Dialog|Popover|Card|Ask|Confirm|EmojiDialog)\b/.test(text))
    .map(([path]) => basename(path, ".tsx"));
  const shown = new Set(acts.flatMap(({ screens }) => screens.flatMap(({ shows = [] }) => shows)));
  expect([...new Set([...parts, ...asking])].filter((name) => name && !shown.has(name)).sort()).toEqual([]);
  expect([...shown].filter((name) => !files.some((path) => basename(path, ".tsx") === name))).toEqual([]);
});
