import { expect, journey } from "./journey.ts";

const lostConnection = /net::ERR_|WebSocket connection to/;

journey(
  "[BA5] an open page shows what a restored backup has, and sends what it has not sent yet",
  async ({ server, join }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    for (const { page } of [ada, lin]) {
      await page.goto(`${server.url}/rooms/general`);
      await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
    }
    await ada.say("Said before");
    await expect(lin.message("Said before")).toBeVisible();
    await server.backUp();
    await ada.say("Said after it");
    await expect(lin.message("Said after it")).toBeVisible();

    await ada.expecting(lostConnection, () =>
      lin.expecting(lostConnection, async () => {
        await server.kill("SIGTERM");
        await lin.say("On its way");
        await expect(lin.message("On its way")).toContainText("Sending");
        await server.restore();
        await server.resume();
        await expect(ada.message("On its way")).toBeVisible({ timeout: 30_000 });
      }),
    );
    for (const visitor of [ada, lin]) {
      await expect(visitor.message("Said before")).toBeVisible();
      await expect(visitor.message("Said after it")).toHaveCount(0);
      await expect(visitor.page.getByText("Sending")).toHaveCount(0);
      expect(await visitor.page.evaluate(() => "neverReloaded" in window)).toBe(true);
    }
    await ada.say("And on");
    await expect(lin.message("And on")).toBeVisible();
  },
);
