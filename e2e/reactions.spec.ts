import { colourViolationsIn, violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { password, phone, type Visitor } from "./visitor.ts";

const pill = (visitor: Visitor, text: string, emoji: string) =>
  visitor
    .message(text)
    .getByRole("list", { name: "Reactions" })
    .getByRole("button", { name: new RegExp(`^${emoji} `) });

journey("[RE2] what one feels about a message, the other sees at once", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.send("general", "Tea at four?");
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");

  await ada.act("Tea", "React with thumbs up");
  await expect(pill(ada, "Tea", "👍")).toHaveAttribute("aria-pressed", "true");
  await expect(pill(lin, "Tea", "👍")).toHaveAccessibleName("👍 1, Ada Lindqvist reacted");
  await expect(pill(lin, "Tea", "👍")).toHaveAttribute("aria-pressed", "false");
  await pill(lin, "Tea", "👍").click();
  await expect(pill(lin, "Tea", "👍")).toHaveAccessibleName("👍 2, You and Ada Lindqvist reacted");
  await expect(pill(ada, "Tea", "👍")).toHaveAccessibleName("👍 2, You and Lin Ortega reacted");
  await ada.page.reload();
  await expect(pill(ada, "Tea", "👍")).toHaveAccessibleName("👍 2, You and Lin Ortega reacted");

  await pill(ada, "Tea", "👍").click();
  await expect(pill(lin, "Tea", "👍")).toHaveAccessibleName("👍 1, You reacted");
  await ada.actMore("Tea", "Who reacted");
  await expect(ada.dialog.getByText("Lin Ortega")).toBeVisible();
  await ada.page.keyboard.press("Escape");

  await ada.act("Tea", "Delete");
  await ada.dialog.getByRole("button", { name: "Delete" }).click();
  await expect(lin.message("Message deleted")).toBeVisible();
  await expect(lin.page.getByRole("list", { name: "Reactions" })).toHaveCount(0);
});

journey(
  "[RE7] in a crowd one sees one's own after a reload, and the first press takes it off",
  async ({ join, arrive }) => {
    const ada = await join("ada");
    await ada.send("general", "All here?");
    const wave = (visitor: Visitor) =>
      visitor.api("PUT", `/rooms/general/messages/1/reactions/${encodeURIComponent("👋")}`);
    const others = await arrive();
    for (let n = 1; n <= 50; n++) {
      await others.api("POST", "/auth/sign-up", { username: `guest${n}`, password });
      await wave(others);
    }
    await wave(ada);
    await ada.open("/rooms/general");
    const mine = pill(ada, "All here?", "👋");
    await expect(mine).toHaveAttribute("aria-pressed", "true");
    await expect(mine).toHaveAccessibleName(/^👋 51, You/);
    await mine.click();
    await expect(mine).toHaveAttribute("aria-pressed", "false");
    await expect(mine).toHaveAccessibleName(/^👋 50, guest/);
    await ada.page.reload();
    await expect(mine).toHaveAccessibleName(/^👋 50, guest/);
    await expect(mine).toHaveAttribute("aria-pressed", "false");
  },
);

journey("[RE5] presses in quick succession, without a connection, end in the last state", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.send("general", "Tea at four?");
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");
  await ada.act("Tea", "React with heart");
  await expect(pill(lin, "Tea", "❤️")).toBeVisible();
  await ada.expecting(/console|request/, async () => {
    await ada.context.setOffline(true);
    for (let press = 0; press < 4; press++) {
      await ada.act("Tea", "React with laughing");
      await expect(pill(ada, "Tea", "😂")).toHaveCount(press % 2 === 0 ? 1 : 0);
    }
    await ada.act("Tea", "React with laughing");
    await pill(ada, "Tea", "❤️").click();
    await ada.context.setOffline(false);
    await expect(pill(lin, "Tea", "😂")).toBeVisible({ timeout: 30_000 });
    await expect(pill(lin, "Tea", "❤️")).toHaveCount(0);
  });
  await expect(pill(ada, "Tea", "😂")).toHaveAttribute("aria-pressed", "true");
});

journey("any emoji is found and put on a message with the keyboard alone", async ({ join }) => {
  const ada = await join("ada");
  await ada.send("general", "Launch at noon");
  await ada.open("/rooms/general");
  const { keyboard } = ada.page;
  await expect(ada.composer).toBeFocused();
  while (!(await ada.log.evaluate((log) => log === document.activeElement))) await keyboard.press("Shift+Tab");
  await keyboard.press("ArrowUp");
  await expect(ada.message("Launch")).toBeFocused();
  const add = ada.message("Launch").getByRole("group", { name: "React" }).getByRole("button", { name: "Add reaction" });
  while (!(await add.evaluate((button) => button === document.activeElement))) await keyboard.press("Tab");
  await keyboard.press("Enter");
  const search = ada.page.getByRole("combobox", { name: "Search emoji" });
  await expect(search).toBeFocused();
  await keyboard.type("rocket");
  await expect(ada.page.getByRole("option", { name: "rocket", exact: true })).toHaveAttribute("aria-selected", "true");
  await keyboard.press("Enter");
  await expect(pill(ada, "Launch", "🚀")).toHaveAttribute("aria-pressed", "true");
  await expect(ada.message("Launch")).toBeFocused();

  // What was used comes first the next time.
  while (!(await add.evaluate((button) => button === document.activeElement))) await keyboard.press("Tab");
  await keyboard.press("Enter");
  await expect(ada.page.getByRole("group", { name: "Recently used" }).getByRole("option")).toHaveText(["🚀"]);
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowRight");
  await keyboard.press("Enter");
  await expect(pill(ada, "Launch", "😃")).toBeVisible();

  const own = pill(ada, "Launch", "🚀");
  while (!(await own.evaluate((button) => button === document.activeElement))) await keyboard.press("Tab");
  await keyboard.press("Space");
  await expect(own).toHaveCount(0);
});

journey("emoji are written by name or picked, and stand large alone", async ({ join }) => {
  const ada = await join("ada");
  await ada.open("/rooms/general");
  const { keyboard } = ada.page;
  await ada.composer.click();
  await keyboard.type("Party :tad");
  const list = ada.page.getByRole("listbox", { name: "Emoji" });
  await expect(list.getByRole("option", { name: ":tada:" })).toHaveAttribute("aria-selected", "true");
  await expect(ada.composer).toHaveAttribute("aria-activedescendant", /./);
  await keyboard.press("Enter");
  await expect(ada.composer).toHaveValue("Party 🎉 ");
  await expect(list).toHaveCount(0);
  await keyboard.type(":smi");
  await expect(list).toBeVisible();
  await keyboard.press("ArrowDown");
  await expect(list.getByRole("option").nth(1)).toHaveAttribute("aria-selected", "true");
  await keyboard.press("Escape");
  await expect(list).toHaveCount(0);
  await keyboard.press("Enter");
  await expect(ada.message("Party 🎉 :smi")).toBeVisible();

  await ada.button("Emoji").click();
  await ada.page.getByRole("combobox", { name: "Search emoji" }).fill("thumbs up");
  await ada.page.getByRole("option", { name: "thumbs up", exact: true }).click();
  await expect(ada.composer).toBeFocused();
  await expect(ada.composer).toHaveValue("👍");
  await keyboard.press("Enter");
  const size = (text: string) =>
    ada
      .message(text)
      .locator("p")
      .last()
      .evaluate((node) => Number.parseFloat(getComputedStyle(node).fontSize));
  await expect.poll(() => size("👍")).toBeGreaterThan(2 * (await size("Party")));
});

journey("on a phone, a long press leads to the emoji, and tells who reacted", async ({ join }) => {
  const ada = await join("ada", phone);
  await ada.send("general", "Tea at four?");
  await ada.open("/rooms/general");
  await ada.longPress(ada.message("Tea").getByText("Tea at four?"), () => expect(ada.dialog).toBeVisible());
  await ada.dialog.getByRole("button", { name: "React with heart" }).tap();
  await expect(ada.dialog).toHaveCount(0);
  await expect(pill(ada, "Tea", "❤️")).toHaveAttribute("aria-pressed", "true");

  await ada.longPress(ada.message("Tea").getByText("Tea at four?"), () => expect(ada.dialog).toBeVisible());
  await ada.dialog.getByRole("button", { name: "Add reaction" }).tap();
  await ada.dialog.getByRole("option", { name: "grinning face", exact: true }).tap();
  await expect(pill(ada, "Tea", "😀")).toBeVisible();
  const box = await pill(ada, "Tea", "😀").boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(32);

  await ada.longPress(pill(ada, "Tea", "❤️"), () => expect(ada.dialog).toBeVisible());
  await expect(ada.page.getByRole("dialog", { name: "Reactions" }).getByText("You").first()).toBeVisible();
  await expect(pill(ada, "Tea", "❤️")).toHaveCount(1);
});

journey("reactions and the picker have no accessibility faults, light or dark", async ({ join }) => {
  const ada = await join("ada", { colorScheme: "light", reducedMotion: "reduce" });
  await ada.send("general", "Tea at four?", "🎉");
  await ada.api("PUT", `/rooms/general/messages/1/reactions/${encodeURIComponent("👍")}`);
  await ada.open("/rooms/general");
  const check = async () => {
    expect(await violationsIn(ada)).toEqual([]);
    await ada.page.emulateMedia({ colorScheme: "dark" });
    expect(await colourViolationsIn(ada)).toEqual([]);
    await ada.page.emulateMedia({ colorScheme: "light" });
  };
  await ada.message("Tea").hover();
  await check();
  await ada.message("Tea").getByRole("group", { name: "React" }).getByRole("button", { name: "Add reaction" }).click();
  await expect(ada.page.getByRole("option", { name: "grinning face", exact: true })).toBeVisible();
  await check();
  await ada.page.keyboard.type("heart");
  await expect(ada.page.getByRole("option", { name: "red heart", exact: true })).toBeVisible();
  await check();
  await ada.page.keyboard.press("Escape");
  await ada.actMore("Tea", "Who reacted");
  await expect(ada.dialog.getByText("1 person")).toBeVisible();
  await check();
  await ada.page.keyboard.press("Escape");
  await ada.composer.click();
  await ada.page.keyboard.type(":hea");
  await expect(ada.page.getByRole("listbox", { name: "Emoji" })).toBeVisible();
  await check();
});
