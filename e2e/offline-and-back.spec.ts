import { expect, journey } from "./journey.ts";

journey("one loses the network, writes on, and comes back", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");
  await lin.say("Off into the tunnel");
  await expect(ada.message("tunnel")).toBeVisible();
  await lin.page.evaluate(() => Object.assign(window, { neverReloaded: true }));

  await lin.expecting(/net::ERR_|WebSocket connection to/, async () => {
    await lin.context.setOffline(true);
    await lin.say("First from the dark", "Second from the dark");
    await expect(lin.message("Second from the dark")).toBeVisible();
    await expect(lin.message("First from the dark").getByText("Sending")).toBeVisible();
    await ada.say("Are you still there?", "Hello?");
    await ada.act("Are you still there?", "Edit");
    await ada.page.getByRole("textbox", { name: "Edit message" }).fill("Are you back yet?");
    await ada.page.keyboard.press("Enter");
    await expect(ada.message("Are you back yet?")).toContainText("edited");
    // What has not been sent is there for its writer only, and survives the time without a network.
    await expect(lin.page.getByText("No connection. Trying again")).toBeVisible({ timeout: 30_000 });
    await expect(ada.message("from the dark")).toHaveCount(0);
    await expect(lin.message("Hello?")).toHaveCount(0);
    await lin.context.setOffline(false);
    await expect(lin.message("Hello?")).toBeVisible({ timeout: 30_000 });
    await expect(ada.message("Second from the dark")).toBeVisible({ timeout: 30_000 });
  });
  await expect(lin.page.getByText("Sending")).toHaveCount(0);
  await expect(lin.page.getByText("No connection")).toHaveCount(0);
  const order = [/Off into the tunnel/, /Are you back yet\?/, /Hello\?/, /First from the dark/, /Second from the dark/];
  await expect(lin.log.getByRole("article")).toHaveText(order);
  await expect(ada.log.getByRole("article")).toHaveText(order);
  expect(await lin.page.evaluate(() => "neverReloaded" in window)).toBe(true);
});
