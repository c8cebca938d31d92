import type { Locator } from "@playwright/test";
import { expect, journey } from "./journey.ts";
import { restingTop, type Visitor } from "./visitor.ts";

journey("what one writes, the other reads at once", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");
  await expect(lin.log.getByText("Nothing has been said here yet.")).toBeVisible();

  await ada.composer.pressSequentially("Good morning");
  await expect(lin.page.getByText("Ada Lindqvist is typing")).toBeVisible();
  await ada.composer.press("Enter");
  await expect(lin.message("Good morning")).toBeVisible();
  await expect(lin.page.getByText("is typing")).toHaveCount(0);
  await ada.say("The kettle is on");
  await lin.say("On my way");
  await expect(ada.message("On my way")).toBeVisible();

  // A group says its author once; own messages look different from others'.
  await expect(lin.message("Good morning").getByText("Ada Lindqvist")).toBeInViewport();
  await expect(lin.log.getByRole("article")).toHaveCount(3);
  const heightOf = async (text: string) => (await lin.message(text).boundingBox())?.height ?? 0;
  expect(await heightOf("The kettle is on")).toBeLessThan((await heightOf("Good morning")) - 10);
  await lin.composer.hover();
  const ground = (text: string) => lin.message(text).evaluate((node) => getComputedStyle(node).backgroundColor);
  expect(await ground("On my way")).not.toBe(await ground("Good morning"));

  // Blank is nothing, and a line break is no end.
  await lin.say("   ");
  await lin.composer.fill("");
  await expect(lin.button("Send")).toHaveAttribute("aria-disabled", "true");
  await lin.composer.pressSequentially("two");
  await lin.composer.press("Shift+Enter");
  await lin.composer.pressSequentially("lines");
  await lin.button("Send").click();
  await expect(ada.message(/two\nlines/)).toBeVisible();
  await expect(ada.log.getByRole("article")).toHaveCount(4);
  await expect(ada.log.getByRole("heading", { name: "Today" })).toHaveCount(1);
});

journey("a change or the end of a message shows for the other at once", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.send("general", "The slip opens at nine", "Never mind this one");
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");
  await expect(lin.message("at nine")).toBeVisible();

  await ada.act("at nine", "Edit");
  const field = ada.page.getByRole("textbox", { name: "Edit message" });
  await expect(field).toHaveValue("The slip opens at nine");
  await field.fill("The slip opens at ten");
  await field.press("Enter");
  await expect(lin.message("The slip opens at ten")).toContainText("edited");
  await expect(ada.message("The slip opens at ten")).toContainText("edited");
  await expect(lin.message("at nine")).toHaveCount(0);

  await ada.act("Never mind", "Delete");
  await ada.dialog.getByRole("button", { name: "Delete" }).click();
  await expect(lin.message("Message deleted")).toBeVisible();
  await expect(ada.message("Message deleted")).toBeVisible();
  await expect(lin.log.getByText("Never mind")).toHaveCount(0);

  // Others' messages are not for editing; whoever looks after the room may delete them.
  await lin.say("Can we make it half past?");
  await ada.message("half past").hover();
  await expect(ada.message("half past").getByRole("button", { name: "Delete" })).toBeVisible();
  await expect(ada.message("half past").getByRole("button", { name: "Edit" })).toHaveCount(0);
  await lin.message("at ten").hover();
  await expect(lin.message("at ten").getByRole("button", { name: "Copy text" })).toBeVisible();
  await expect(lin.message("at ten").getByRole("button", { name: "Delete" })).toHaveCount(0);
});

journey("text stays text, and addresses become links", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");
  const hostile = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    "javascript:alert(3)",
    "[come](javascript:alert(4))",
    `https://example.org/"onmouseover="alert(5)`,
    "&lt;b&gt; &amp; <b>bold</b>",
  ];
  lin.page.on("dialog", (dialog) => lin.faults.push(`alert: ${dialog.message()}`));
  await ada.say(...hostile, "Plans: https://example.org/plans?sheet=2&size=A3 (see page 4).");
  await expect(lin.log.getByRole("article")).toHaveCount(hostile.length + 1);
  for (const text of hostile) await expect(lin.log.getByText(text, { exact: true })).toBeVisible();
  await expect(lin.log.locator("img, script, b b, [onerror], [onmouseover]")).toHaveCount(0);
  await expect(lin.log.getByRole("link")).toHaveCount(2);

  const link = lin.message("Plans:").getByRole("link");
  await expect(link).toHaveText("https://example.org/plans?sheet=2&size=A3");
  await expect(link).toHaveAttribute("href", "https://example.org/plans?sheet=2&size=A3");
  await expect(link).toHaveAttribute("target", "_blank");
  await expect(link).toHaveAttribute("rel", /\bnoopener\b.*\bnoreferrer\b/);
  await expect(lin.message("onmouseover").getByRole("link")).toHaveAttribute("href", "https://example.org/");
});

journey("older pages come as one scrolls up, and nothing moves", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  const words = (n: number) => `Entry ${n} of the log. ${"The wind turned and we went on. ".repeat(n % 7)}`;
  await ada.send("general", ...Array.from({ length: 300 }, (_, index) => words(index + 1)));

  // Each older page is held back until it is known what the reader sees.
  const olderPage = /\/messages\?.*before=/;
  const held: (() => void)[] = [];
  await lin.page.route(olderPage, async (route) => {
    await new Promise<void>((resolve) => held.push(resolve));
    await route.continue();
  });
  await lin.open("/rooms/general");
  await expect(lin.log.getByText("Entry 300 of")).toBeInViewport();
  const beginning = lin.log.getByText("This is where the room begins.");
  let pages = 0;
  await lin.log.hover();
  while ((await beginning.count()) === 0) {
    // Some pages arrive in time, others when the reader already sees the oldest message there is.
    await expect(async () => {
      const isThere = held.length === 1 && (pages % 2 === 0 || (await seesOldest(lin)));
      if (!isThere) await lin.page.mouse.wheel(0, -300);
      expect(isThere).toBe(true);
    }).toPass({ intervals: [30] });
    const reader = lin.log.getByText(await firstInSight(lin));
    const before = await restingTop(reader);
    const sawOldest = await seesOldest(lin);
    await watch(reader);
    const arrival = lin.page.waitForResponse(olderPage);
    held.pop()?.();
    await (await arrival).finished();
    await restingTop(reader);
    const { tops, shift } = await watched(lin);
    for (const top of tops) expect.soft(Math.abs(top - before), `page ${pages}, in some frame`).toBeLessThan(1);
    // The oldest message loses its author's name above it when it turns out to go on what came before: its words stay.
    expect.soft(shift, `page ${pages}`).toBeLessThan(sawOldest ? 0.02 : 0.001);
    pages++;
  }
  expect(pages).toBeGreaterThan(2);

  await lin.log.press("Home");
  await expect(lin.log.getByText("Entry 1 of")).toBeInViewport();
  await lin.page.mouse.wheel(0, -1000);
  await expect(beginning).toBeInViewport();

  // Whoever reads above is told of news, and not pulled down to them.
  const before = await restingTop(lin.log.getByText("Entry 3 of"));
  await ada.send("general", "Land in sight");
  await expect(lin.button("1 new message")).toBeVisible();
  expect(await restingTop(lin.log.getByText("Entry 3 of"))).toBe(before);
  await lin.button("1 new message").click();
  await expect(lin.message("Land in sight")).toBeInViewport();
});

const seesOldest = ({ log }: Visitor) =>
  log.evaluate((node) => {
    const oldest = node.querySelector("article");
    return oldest !== null && oldest.getBoundingClientRect().top > node.getBoundingClientRect().top;
  });

interface Watched {
  readonly tops: Set<number>;
  shift: number;
}

/** Notes where an element is in each frame from now on, and what the browser counts as layout shift. */
async function watch(element: Locator): Promise<void> {
  await element.evaluate((node) => {
    const watched: Watched = { tops: new Set(), shift: 0 };
    Object.assign(window, { watched });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) watched.shift += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: "layout-shift" });
    const look = () => {
      watched.tops.add(node.getBoundingClientRect().top);
      if ((window as unknown as { watched: Watched }).watched === watched) requestAnimationFrame(look);
    };
    look();
  });
}

const watched = ({ page }: Visitor) =>
  page.evaluate(() => {
    const { tops, shift } = (window as unknown as { watched: Watched }).watched;
    return { tops: [...tops], shift };
  });

/** The beginning of the first message whose top the reader sees. */
async function firstInSight({ log }: Visitor): Promise<string> {
  const text = await log.evaluate((node) => {
    const edge = node.getBoundingClientRect().top;
    const articles = [...node.querySelectorAll("article")];
    return articles.find((article) => article.getBoundingClientRect().top > edge)?.textContent ?? "";
  });
  return /Entry \d+ of/.exec(text)?.[0] ?? "";
}

journey("a public room is found by browsing, and joined", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.createRoom("boat-restoration", { description: "The Vigdis goes back in the water on 3 May." });
  await ada.createRoom("committee", { kind: "private" });
  await ada.send("boat-restoration", "The varnish is off");
  await ada.open("/rooms/boat-restoration");
  await lin.open();
  await lin.rooms.getByRole("link", { name: "Browse rooms" }).click();
  const row = lin.page.getByRole("main").getByRole("listitem");
  await expect(row).toHaveCount(2);
  await lin.page.getByRole("searchbox", { name: "Filter rooms" }).fill("vigdis");
  await expect(row).toHaveCount(1);
  await expect(lin.page.getByText("committee")).toHaveCount(0);
  await row.getByRole("link", { name: "boat-restoration" }).click();
  await expect(lin.title).toHaveText("boat-restoration");
  await expect(lin.page.getByText("The varnish is off")).toHaveCount(0);
  await lin.button("Join").click();
  await expect(lin.message("The varnish is off")).toBeVisible();
  await expect(lin.rooms.getByRole("link", { name: "boat-restoration" })).toBeVisible();
  await lin.say("Can I help?");
  await expect(ada.message("Can I help?")).toBeVisible();
  await lin.open("/rooms/committee");
  await expect(lin.page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();

  // A room made just now can be found without loading anew.
  await lin.rooms.getByRole("link", { name: "Browse rooms" }).click();
  await ada.createRoom("photos");
  await row.getByRole("button", { name: "Join photos" }).click();
  await expect(lin.title).toHaveText("photos");
});

journey.describe("over several days", () => {
  const day = 24 * 60 * 60 * 1000;
  const noon = new Date();
  journey.use({ clock: new Date(noon.getTime() - 9 * day) });

  journey("each day stands under its name", async ({ server, join }) => {
    const ada = await join("ada");
    const at = async (days: number, ...texts: string[]) => {
      server.setClock(new Date(noon.getTime() + days * day));
      await ada.send("general", ...texts);
    };
    await at(-9, "Nine days ago");
    await at(-1, "The day before this one", "And a little later");
    await at(0, "This very day");
    await ada.open("/rooms/general");
    const headings = ada.log.getByRole("heading", { level: 2 });
    const long = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
    const before = new Date(noon.getTime() - 9 * day);
    // Another year says so instead of the day of the week.
    const name = before.getFullYear() === noon.getFullYear() ? long.format(before) : String(before.getFullYear());
    await expect(headings).toContainText(["general", name, "Yesterday", "Today"]);
  });
});
