import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { png } from "./pictures.ts";
import { phone } from "./visitor.ts";

journey("[PF1] [AV-06] what people say about themselves is on their card, live", async ({ join }) => {
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

journey("[PF5] a picture is chosen, cropped without a mouse, seen by everyone, and removed", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.send("general", "Who has the big clamps?");
  await lin.open("/rooms/general");
  const seen = lin.message("clamps").locator(".avatar img");
  const isLoaded = (picture: typeof seen) =>
    expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  await expect(seen).toHaveCount(0);

  await ada.open("/rooms/general");
  await ada.button("Settings").click();
  const you = ada.dialog.getByRole("region", { name: "You" });
  const choose = async (scope: typeof you, file: ReturnType<typeof png>) => {
    const chooser = ada.page.waitForEvent("filechooser");
    await scope.getByRole("button", { name: /^(Choose|Change) picture$/ }).click();
    await (await chooser).setFiles(file);
  };
  await choose(you, { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
  await expect(you.getByText("Choose a PNG, JPEG, GIF or WebP picture.")).toBeVisible();
  await choose(you, { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  const crop = ada.page.getByRole("dialog", { name: "Choose the part to keep" });
  await expect(crop.getByText("This picture cannot be read.")).toBeVisible();
  await crop.getByRole("button", { name: "Cancel" }).click();

  await choose(you, png("me.png", 900, 600));
  const stage = crop.getByRole("application");
  await stage.focus();
  for (const key of ["ArrowRight", "+", "+", "ArrowDown"]) await ada.page.keyboard.press(key);
  await expect(crop.getByRole("slider", { name: "Zoom" })).toHaveValue("1.21");
  expect(await violationsIn(ada)).toEqual([]);
  await crop.getByRole("button", { name: "Save picture" }).click();
  await expect(crop).toHaveCount(0);
  await isLoaded(seen);
  await isLoaded(you.locator(".avatar img"));

  // The workspace's, with the mouse.
  const workspace = ada.dialog.getByRole("region", { name: "Workspace" });
  await choose(workspace, png("ours.png", 300, 300));
  await crop.getByRole("slider", { name: "Zoom" }).fill("2");
  const box = await stage.boundingBox();
  if (!box) throw new Error("the stage is not shown");
  await ada.page.mouse.move(box.x + 100, box.y + 100);
  await ada.page.mouse.down();
  await ada.page.mouse.move(box.x + 160, box.y + 130, { steps: 4 });
  await ada.page.mouse.up();
  await crop.getByRole("button", { name: "Save picture" }).click();
  await isLoaded(lin.page.locator(".side-head .mark img"));

  await you.getByRole("button", { name: "Remove" }).click();
  await expect(seen).toHaveCount(0);
  await workspace.getByRole("button", { name: "Remove" }).click();
  await expect(lin.page.locator(".side-head .mark img")).toHaveCount(0);
});

journey(
  "[PF2] a picture is dropped, cropped and seen by the other; what is no picture is refused",
  async ({ join }) => {
    const ada = await join("ada", { viewport: { width: 1280, height: 800 } });
    const lin = await join("lin");
    await ada.send("general", "Who has the big clamps?");
    await lin.open("/rooms/general");
    const seen = lin.message("clamps").locator(".avatar img");
    await ada.open("/rooms/general");
    await ada.button("Settings").click();
    const you = ada.dialog.getByRole("region", { name: "You" });
    const drag = (types: readonly string[], { name, mimeType, buffer }: ReturnType<typeof png>) =>
      you.getByText("Or drop one here").evaluate(
        (target, [events, fileName, type, text]) => {
          const dataTransfer = new DataTransfer();
          const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
          dataTransfer.items.add(new File([bytes], fileName, { type }));
          for (const each of events) {
            target.dispatchEvent(new DragEvent(each, { bubbles: true, cancelable: true, dataTransfer }));
          }
        },
        [types, name, mimeType, buffer.toString("base64")] as const,
      );
    await drag(["dragover", "drop"], { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
    await expect(you.getByText("Choose a PNG, JPEG, GIF or WebP picture.")).toBeVisible();
    await drag(["dragover"], png("me.png", 900, 600));
    await expect(you.locator("[data-over]")).toBeVisible();
    await drag(["drop"], png("me.png", 900, 600));
    await expect(you.locator("[data-over]")).toHaveCount(0);
    const crop = ada.page.getByRole("dialog", { name: "Choose the part to keep" });
    await crop.getByRole("application").press("ArrowRight");
    await crop.getByRole("button", { name: "Save picture" }).click();
    await expect(crop).toHaveCount(0);
    await expect.poll(() => seen.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  },
);
