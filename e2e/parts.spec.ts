import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone, type Visitor } from "./visitor.ts";

const late = /\/assets\/(People|CreateRoom|RoomDetails)-/;

/** What is loaded when it is used cannot be had, as where a connection is down. */
async function cutOff({ page }: Visitor): Promise<() => Promise<void>> {
  await page.route(late, (route) => route.abort());
  return () => page.unroute(late);
}

journey("what cannot be loaded says so in its place, and comes when it is asked for again", async ({ join }) => {
  const ada = await join("ada", { viewport: { width: 1280, height: 800 } });
  await ada.expecting(/Failed to load resource/, async () => {
    const reconnect = await cutOff(ada);
    await ada.open("/rooms/general");
    await ada.say("Before the cable went");

    // A screen: the rest of the page goes on.
    await ada.page.getByRole("link", { name: "People", exact: true }).click();
    const main = ada.page.getByRole("main");
    await expect(main.getByRole("alert")).toContainText("This part could not be loaded.");
    await expect(ada.rooms).toBeVisible();
    expect(await violationsIn(ada)).toEqual([]);
    await main.getByRole("button", { name: "Try again" }).click();
    await expect(main.getByRole("button", { name: "Load the page again" })).toBeVisible();
    await main.getByRole("link", { name: "Your rooms" }).click();
    await expect(ada.message("Before the cable went")).toBeVisible();

    // A dialog and a panel.
    await ada.button("Create a room").click();
    await expect(ada.dialog.getByRole("alert")).toContainText("This part could not be loaded.");
    await ada.page.keyboard.press("Escape");
    await expect(ada.dialog).toHaveCount(0);
    await ada.button("Room details").click();
    await expect(ada.details.getByRole("alert")).toContainText("This part could not be loaded.");
    await ada.say("And while it was gone");
    await expect(ada.message("And while it was gone")).toBeVisible();

    await reconnect();
    await ada.details.getByRole("button", { name: "Try again" }).click();
    await expect(ada.details.getByText("Public in this workspace")).toBeVisible();
    await expect(ada.details.locator(".details")).toHaveCSS("display", "flex");
    // Whoever opens it anew asks again, too.
    await ada.button("Create a room").click();
    await expect(ada.dialog.getByLabel("Name", { exact: true })).toBeVisible();
    await ada.page.keyboard.press("Escape");
    await ada.page.getByRole("link", { name: "People", exact: true }).click();
    await expect(ada.page.getByRole("searchbox", { name: "Find people" })).toBeVisible();
    await expect(main.locator(".people")).toHaveCSS("display", "grid");
  });
});

journey("on a phone a way leads out of what cannot be loaded", async ({ join }) => {
  const ada = await join("ada", phone);
  await ada.expecting(/Failed to load resource/, async () => {
    await cutOff(ada);
    await ada.open("/people");
    await expect(ada.page.getByRole("alert").filter({ hasText: "could not be loaded" })).toBeVisible();
    await ada.page.getByRole("link", { name: "Your rooms" }).tap();
    await ada.rooms.getByRole("link", { name: "general" }).tap();
    await ada.button("Room details").tap();
    await expect(ada.page.getByRole("heading", { name: "Room details" })).toBeVisible();
    expect(await violationsIn(ada)).toEqual([]);
    await ada.button("Close").tap();
    await expect(ada.composer).toBeVisible();
  });
});
