import type { Page } from "@playwright/test";
import { expect, journey } from "./journey.ts";
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
