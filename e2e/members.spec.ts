import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone } from "./visitor.ts";

const names = ["Bo", "Carl", "Dora", "Emil", "Gus", "Hana", "Ivo", "Jan", "Kai", "Liv", "Mia", "Nils"];

journey("[RM14] [MN1] in a large room anyone is found, in its details and after @", async ({ join }) => {
  const ada = await join("ada", { viewport: { width: 1280, height: 800 } });
  for (const name of names) {
    const [username, displayName] = [`m-${name.toLowerCase()}`, `${name} Lund`];
    await ada.api("POST", "/admin/users", { username, displayName });
  }
  // A page is so small that it does not have them all.
  await ada.page.route(/\/members\?q=/, (route) => route.continue({ url: `${route.request().url()}&limit=8` }));
  const yuki = await join("yuki", phone);
  await ada.open("/rooms/general/details");
  const found = ada.details.getByRole("list").getByRole("listitem");
  const field = ada.details.getByRole("searchbox", { name: "Find members" });
  await expect(found.first()).toContainText("@ada");
  await field.fill("yuk");
  await expect(found).toHaveText([/Yuki Tanaka/]);
  expect(await violationsIn(ada)).toEqual([]);
  await field.fill("lundgren");
  await expect(found).toHaveCount(0);
  await expect(ada.details.getByText("Nobody here has that name.")).toBeVisible();
  await field.fill("lund niL");
  await expect(found).toHaveText([/Nils Lund/]);
  await field.fill("");
  await expect(found.first()).toContainText("@ada");

  // The first page is there at once, the others are asked for.
  await ada.composer.pressSequentially("Ask @yuk");
  await expect(ada.page.getByRole("option", { name: /Yuki Tanaka/ })).toBeVisible();
  await ada.composer.press("Tab");
  await expect(ada.composer).toHaveValue("Ask @yuki ");
  await ada.composer.pressSequentially("or @tan");
  await expect(ada.page.getByRole("option", { name: /Yuki Tanaka/ })).toBeVisible();
  await ada.composer.press("Enter");
  await ada.composer.press("Enter");
  await expect(ada.message("Ask @Yuki Tanaka or @Yuki Tanaka")).toBeVisible();

  // Who writes on does not hear of what they have written before.
  await ada.composer.pressSequentially("@yu");
  await ada.composer.press("Backspace");
  await ada.composer.press("Backspace");
  await ada.composer.pressSequentially("dora");
  await expect(ada.page.getByRole("option").first()).toContainText("Dora Lund");
  await expect(ada.page.getByRole("option", { name: /Yuki/ })).toHaveCount(0);

  await yuki.open("/rooms/general/details");
  await yuki.page.getByRole("searchbox", { name: "Find members" }).fill("lindq");
  await expect(yuki.page.getByRole("list").getByRole("listitem")).toHaveText([/Ada Lindqvist/]);
  expect(await violationsIn(yuki)).toEqual([]);
});
