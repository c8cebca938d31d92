import type { Locator } from "@playwright/test";
import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone } from "./visitor.ts";

journey("[NL1] the bell of a room shows how loudly it calls, and changes it", async ({ join, arrive }) => {
  const ada = await join("ada", { viewport: { width: 1280, height: 800 } });
  const pocket = await arrive(phone);
  await pocket.signIn("ada");
  await ada.open("/rooms/general");
  await pocket.open("/rooms/general");
  const bell = ({ page }: typeof ada): Locator => page.getByRole("button", { name: /^Notify me about: / });
  await expect(bell(ada)).toHaveAccessibleName("Notify me about: Mentions");
  await bell(ada).click();
  const menu = ada.page.getByRole("dialog", { name: "Notify me about" });
  await expect(menu.getByRole("button", { name: /^Mentions/ })).toHaveAttribute("aria-pressed", "true");
  expect(await violationsIn(ada)).toEqual([]);
  await menu.getByRole("button", { name: /^Every message/ }).click();
  await expect(menu).toHaveCount(0);
  await expect(bell(ada)).toHaveAccessibleName("Notify me about: Every message");
  await expect(bell(pocket)).toHaveAccessibleName("Notify me about: Every message");

  // Without a mouse: the menu has the focus, and gives it back.
  await bell(ada).focus();
  await ada.page.keyboard.press("Enter");
  await expect(menu).toBeFocused();
  for (let press = 0; press < 3; press++) await ada.page.keyboard.press("Tab");
  await expect(menu.getByRole("button", { name: /^Nothing/ })).toBeFocused();
  await ada.page.keyboard.press("Enter");
  await expect(bell(ada)).toBeFocused();
  await expect(bell(ada)).toHaveAccessibleName("Notify me about: Nothing");
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.press("Escape");
  await expect(menu).toHaveCount(0);
  await expect(bell(ada)).toBeFocused();

  // On a phone, from below.
  await bell(pocket).tap();
  const sheet = pocket.page.getByRole("dialog", { name: "Notify me about" });
  await expect(sheet.getByRole("button", { name: /^Nothing/ })).toHaveAttribute("aria-pressed", "true");
  expect(await violationsIn(pocket)).toEqual([]);
  await sheet.getByRole("button", { name: /^Mentions/ }).tap();
  await expect(sheet).toHaveCount(0);
  await expect(bell(ada)).toHaveAccessibleName("Notify me about: Mentions");

  // What the server does not take is taken back.
  await ada.expecting(/Failed to load resource/, async () => {
    await ada.page.route("**/membership", (route) => route.abort());
    await bell(ada).click();
    await menu.getByRole("button", { name: /^Nothing/ }).click();
    await expect(ada.page.getByRole("status").filter({ hasText: "server" })).toBeVisible();
    await expect(bell(ada)).toHaveAccessibleName("Notify me about: Mentions");
  });
});
