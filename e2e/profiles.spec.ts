import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone } from "./visitor.ts";

journey("[PF1] what people say about themselves is on their card, live", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.send("general", "Who has the big clamps?");
  await lin.open("/rooms/general");
  await ada.open("/rooms/general");

  await ada.button("Settings").click();
  await ada.dialog.getByLabel("Status").fill("In the boat shed");
  await ada.dialog.getByRole("button", { name: "Save" }).first().click();
  await expect(ada.dialog.getByText("Saved")).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await expect(ada.page.getByText("In the boat shed")).toBeVisible();

  const name = lin.message("clamps").getByRole("button", { name: "Ada Lindqvist" });
  await name.click();
  const card = lin.page.getByRole("dialog", { name: "Profile" });
  await expect(card.getByRole("heading", { name: "Ada Lindqvist" })).toBeVisible();
  await expect(card.getByText("@ada")).toBeVisible();
  await expect(card.getByText("Owner")).toBeVisible();
  await expect(card.getByText("In the boat shed")).toBeVisible();
  await expect(card.getByText(/^Joined /)).toBeVisible();
  expect(await violationsIn(lin)).toEqual([]);
  await ada.api("PATCH", "/me", { status: "At sea", displayName: "Ada L." });
  await expect(card.getByText("At sea")).toBeVisible();
  await expect(card.getByRole("heading", { name: "Ada L." })).toBeVisible();
  await lin.page.keyboard.press("Escape");
  await expect(card).toBeHidden();
  await expect(lin.message("clamps").getByRole("button", { name: "Ada L." })).toBeFocused();

  await lin.page.keyboard.press("Enter");
  await card.getByRole("button", { name: "Message" }).click();
  await expect(lin.title).toHaveText(/Ada L\./);
  await lin.say("Are they back?");
  await expect(lin.message("Are they back?")).toBeVisible();
  await lin.page.goBack();

  // With the keyboard alone, from a message and from the members.
  await lin.message("clamps").focus();
  await lin.page.keyboard.press("Tab");
  await lin.page.keyboard.press("Enter");
  await expect(card).toBeVisible();
  await lin.page.keyboard.press("Escape");
  await lin.open("/rooms/general/details");
  await lin.details.getByRole("button", { name: "Lin Ortega" }).press("Enter");
  await expect(card.getByText("@lin")).toBeVisible();
  await card.getByRole("button", { name: "Edit profile" }).click();
  await expect(lin.dialog.getByLabel("Status")).toBeVisible();
});

journey("[PF1] on a phone a card is a sheet", async ({ join }) => {
  const ada = await join("ada");
  await ada.api("PATCH", "/me", { status: "In the boat shed" });
  const lin = await join("lin", { ...phone, colorScheme: "dark" });
  await ada.send("general", "Who has the big clamps?");
  await lin.open("/rooms/general");
  await lin.message("clamps").getByRole("button", { name: "Ada Lindqvist" }).tap();
  await expect(lin.dialog.getByText("In the boat shed")).toBeVisible();
  expect(await violationsIn(lin)).toEqual([]);
  await lin.dialog.getByRole("button", { name: "Close" }).tap();
  await expect(lin.dialog).toHaveCount(0);
});
