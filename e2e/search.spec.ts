import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone, type Visitor } from "./visitor.ts";

const field = ({ page }: Visitor) => page.getByRole("combobox", { name: "Search messages" });
const results = ({ page }: Visitor) => page.getByRole("list", { name: "Results" }).getByRole("link");

journey("[SE1] [SE7] someone searches, follows a result far up, and comes back to the newest", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  const boats = await ada.createRoom("boats");
  await ada.send(boats.id, "The <b>harbour</b> master called");
  await ada.sendMany(boats.id, 260, "about the weather");
  await lin.send("general", "Which harbour was it?");
  await ada.open("/rooms/boats");
  await expect(ada.message("about the weather 260")).toBeInViewport();

  await ada.page.keyboard.press("Control+Shift+F");
  await expect(field(ada)).toBeFocused();
  await field(ada).pressSequentially("harb");
  await expect(results(ada)).toHaveCount(2);
  await expect(results(ada).first()).toContainText("Which harbour was it?");
  await expect(results(ada).last()).toContainText("The <b>harbour</b> master called");
  await expect(results(ada).last().locator("mark")).toHaveText("harbour");
  await expect.poll(() => ada.path).toBe("/search?q=harb");

  await field(ada).pressSequentially("our in:bo");
  await ada.page.getByRole("option", { name: /in:boats/ }).click();
  await expect(results(ada)).toHaveCount(1);
  await results(ada).click();
  await expect(ada.message("The <b>harbour</b> master called")).toBeInViewport();
  await expect(ada.message("about the weather 260")).toBeHidden();

  // What comes meanwhile has no place there; the way back is a pill, and writing leads back, too.
  await lin.api("PUT", `/rooms/${boats.id}/membership`);
  await lin.send(boats.id, "It rains");
  await ada.button("Newest messages").click();
  await expect(ada.message("It rains")).toBeInViewport();
  await ada.page.goBack();
  await expect(results(ada)).toHaveCount(1);
  await results(ada).click();
  await expect(ada.message("The <b>harbour</b> master called")).toBeInViewport();
  await ada.say("Thanks, found it");
  await expect(ada.message("Thanks, found it")).toBeInViewport();
  await expect(ada.message("It rains")).toBeInViewport();
});

journey("[SE1] from a message far up one reads on down to the newest", async ({ join }) => {
  const ada = await join("ada");
  const boats = await ada.createRoom("boats");
  await ada.sendMany(boats.id, 200, "log entry");
  await ada.open("/rooms/boats#m20");
  await expect(ada.message(/log entry 20(?!\d)/)).toBeInViewport();
  const last = ada.message("log entry 200");
  await expect(async () => {
    await ada.log.hover();
    await ada.page.mouse.wheel(0, 1500);
    await expect(last).toBeInViewport({ timeout: 50 });
  }).toPass();
  await ada.send(boats.id, "and the next");
  await expect(ada.message("and the next")).toBeInViewport();
});

journey("[SE4] filters, recent searches, and what was not found", async ({ join }) => {
  const ada = await join("ada");
  await join("lin");
  await ada.send("general", "tea", "see https://example.org/tea");
  await ada.open("/search");
  await ada.button("has:link").click();
  await expect(results(ada)).toHaveCount(1);
  await field(ada).fill("tea from:l");
  await expect(ada.page.getByRole("option", { name: "from:lin Lin Ortega" })).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await field(ada).press("ArrowDown");
  await field(ada).press("Enter");
  await expect(field(ada)).toHaveValue("tea from:lin ");
  await expect(ada.page.getByText("Nothing was found.")).toBeVisible();
  await field(ada).fill("tea on:someday");
  await expect(ada.page.getByRole("alert")).toContainText("needs a date");
  await field(ada).fill("tea");
  await field(ada).press("Enter");
  await expect(results(ada)).toHaveCount(2);
  expect(await violationsIn(ada)).toEqual([]);
  await field(ada).fill("");
  await expect(ada.button("tea")).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await ada.button("tea").click();
  await expect(results(ada)).toHaveCount(2);
});

journey("[SE1] on a phone: from the rooms to the search, to a result, and back", async ({ join }) => {
  const ada = await join("ada", phone);
  await ada.send("general", "a lantern by the jetty");
  await ada.open();
  await ada.page.getByRole("link", { name: "Search" }).tap();
  await field(ada).fill("lantern");
  await expect(results(ada)).toHaveCount(1);
  await results(ada).tap();
  await expect(ada.message("a lantern by the jetty")).toBeInViewport();
  await ada.page.goBack();
  await expect(results(ada)).toHaveCount(1);
  await ada.button("Back to rooms").tap();
  await expect(ada.rooms).toBeVisible();
});
