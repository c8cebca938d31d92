import type { Page } from "@playwright/test";
import { expect, journey } from "./journey.ts";
import { PushService } from "./push-service.ts";
import type { Visitor } from "./visitor.ts";

/** What the browser shows for this page. */
const shown = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const list = (await registration?.getNotifications()) ?? [];
    return list.map(({ title, body, data }) => ({ title, body, url: (data as { readonly url: string }).url }));
  });

/** Their window is behind another one. */
async function lookAway({ context }: Visitor): Promise<void> {
  await context.grantPermissions(["notifications"]);
  await context.addInitScript(() => {
    document.hasFocus = () => false;
  });
}

journey("who looks elsewhere is told of what calls them, once, and of nothing else", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await lookAway(lin);
  await lin.open("/rooms/general");
  await expect(lin.log.getByText("Nothing has been said here yet.")).toBeVisible();
  await ada.send("general", "The slip opens at nine", "@lin bring the varnish");
  await expect(lin.message("varnish")).toBeVisible();
  await expect
    .poll(() => shown(lin.page))
    .toEqual([{ title: "Ada Lindqvist in general", body: "@lin bring the varnish", url: "/rooms/general#m2" }]);
  await ada.send("general", "@lin and the brushes");
  await expect
    .poll(() => shown(lin.page))
    .toEqual([{ title: "Ada Lindqvist in general", body: "@lin and the brushes", url: "/rooms/general#m3" }]);

  // Whoever looks is not told.
  await ada.context.grantPermissions(["notifications"]);
  await ada.open("/rooms/general");
  await lin.send("general", "@ada they are in the shed");
  await expect(ada.message("in the shed")).toBeVisible();
  await lin.send("general", "@ada second shelf");
  await expect(ada.message("second shelf")).toBeVisible();
  expect(await shown(ada.page)).toEqual([]);
});

journey("a push is shown while nobody looks, and leads to its message", async ({ join, server }) => {
  const ada = await join("ada");
  await lookAway(ada);
  await ada.send("general", "first", "second");
  await ada.open("/rooms/general");
  await ada.button("Settings").click();
  await expect(ada.dialog.getByRole("switch", { name: "Also while no page of this workspace is open" })).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await ada.page.evaluate(async () => void (await navigator.serviceWorker.ready));

  const browser = await ada.context.newCDPSession(ada.page);
  const registration = new Promise<string>((resolve) => {
    browser.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const [found] = registrations;
      if (found) resolve(found.registrationId);
    });
  });
  await browser.send("ServiceWorker.enable");
  const registrationId = await registration;
  const [worker] = ada.context.serviceWorkers();
  if (!worker) throw new Error("there is no service worker");
  // Nobody looks: the page has gone elsewhere.
  await ada.page.goto("about:blank");
  const push = (data: string) =>
    browser.send("ServiceWorker.deliverPushMessage", { origin: server.url, registrationId, data });
  const shownByWorker = () =>
    worker.evaluate(async () => {
      const { registration } = globalThis as unknown as { readonly registration: ServiceWorkerRegistration };
      return (await registration.getNotifications()).map(({ title, body, data }) => ({ title, body, url: data.url }));
    });
  await push("nonsense");
  await push(JSON.stringify({ title: "Lin Ortega", body: "Are you there", tag: "R1", url: "/rooms/general#m1" }));
  await expect.poll(shownByWorker).toEqual([{ title: "Lin Ortega", body: "Are you there", url: "/rooms/general#m1" }]);
});

const pushed = journey.extend<{ readonly service: PushService }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs.
  service: async ({}, use) => {
    const service = await PushService.start();
    await use(service);
    await service.close();
  },
  settings: async ({ service }, use) => use({ PARLEY_PUSH_HOSTS: service.host }),
});

pushed(
  "[NO3] a browser is subscribed in the settings, tried out, pushed to, and not any more",
  async ({ join, service }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    await lookAway(lin);
    await service.serve(lin);
    await lin.open("/rooms/general");
    await lin.button("Settings").click();
    const push = lin.dialog.getByRole("switch", { name: "Also while no page of this workspace is open" });
    await expect(push).toBeEnabled();
    await push.focus();
    await lin.page.keyboard.press("Space");
    await expect(push).toBeChecked();
    await lin.dialog.getByRole("button", { name: "Send a test" }).click();
    await expect(lin.dialog.getByText("It is on its way.")).toBeVisible();
    expect(service.pushes).toBe(1);

    const words = lin.dialog.getByRole("switch", { name: "Show the words of messages" });
    await expect(words).toBeChecked();
    await words.click();
    await expect(words).not.toBeChecked();
    await lin.page.goto("about:blank");
    await ada.send("general", "@lin are you there");
    await expect.poll(() => service.pushes).toBe(2);

    await lin.open("/rooms/general");
    await lin.button("Settings").click();
    await expect(words).not.toBeChecked();
    await push.click();
    await expect(push).not.toBeChecked();
    await expect(words).toHaveCount(0);
    await expect.poll(() => lin.api("GET", "/push")).toMatchObject({ subscribed: false });
  },
);

journey("a sound calls who looks at another room, and can be turned off", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  // Two notes each time; what they sound like is for ears.
  await lin.context.addInitScript(() => {
    const { start } = OscillatorNode.prototype;
    const counted = window as unknown as { notes: number };
    counted.notes = 0;
    OscillatorNode.prototype.start = function (when) {
      counted.notes++;
      start.call(this, when);
    };
  });
  const notes = () => lin.page.evaluate(() => (window as unknown as { readonly notes: number }).notes);
  const boats = await lin.createRoom("boats");
  await lin.open("/rooms/general");
  await lin.rooms.getByRole("link", { name: "boats" }).click();
  await ada.send("general", "no reason to look up");
  await ada.send("general", "@lin look up");
  await expect.poll(notes).toBe(2);

  await lin.button("Settings").click();
  const sound = lin.dialog.getByRole("switch", { name: "Play a sound" });
  await expect(sound).toBeChecked();
  await sound.click();
  await expect(sound).not.toBeChecked();
  await lin.open(`/rooms/${boats.slug}`);
  await lin.button("Settings").click();
  await expect(sound).not.toBeChecked();
  await lin.page.keyboard.press("Escape");
  await ada.send("general", "@lin and again");
  // Once it is told, it would have sounded.
  await expect(lin.rooms.getByRole("link", { name: /general.*2 call you/ })).toBeVisible();
  await lin.page.waitForFunction(async () => {
    const { held = [] } = await navigator.locks.query();
    return held.some(({ name }) => name?.endsWith(".3"));
  });
  expect(await notes()).toBe(0);
});

journey("a message tells why it did, or did not, call its reader", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.send("general", "fair weather today", "@lin good morning");
  await lin.open("/rooms/general");
  await lin.actMore("good morning", "Why was I notified, or not?");
  await expect(lin.dialog).toContainText("This message calls you. It mentions you.");
  await lin.page.keyboard.press("Escape");
  await lin.actMore("fair weather", "Why was I notified, or not?");
  await expect(lin.dialog).toContainText("This message does not call you. This room calls you for mentions only");
});
