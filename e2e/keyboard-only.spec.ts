import type { Locator } from "@playwright/test";
import { expect, journey } from "./journey.ts";
import { password, type Visitor } from "./visitor.ts";

/** What has the focus, and whether one can see it: by an outline, or by a ring around it or the box it lies in. */
const focus = ({ page }: Visitor) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return "nothing has the focus";
    const ringed = [element, element.parentElement, element.parentElement?.parentElement].some((node) => {
      if (!node) return false;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
      const outline = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
      return outline || /\b0px 0px 0px [2-9]px/.test(boxShadow);
    });
    const { top, bottom } = element.getBoundingClientRect();
    const inSight = bottom > 0 && top < innerHeight;
    return ringed && inSight ? "seen" : `not seen: ${element.outerHTML.slice(0, 200)}`;
  });

/** Presses a key; afterwards the focus must be somewhere, and be seen. */
async function press(visitor: Visitor, key: string): Promise<void> {
  await visitor.page.keyboard.press(key);
  await expect.poll(() => focus(visitor), { message: `after ${key}` }).toBe("seen");
}

/** Goes on with Tab until it gets there. */
async function tabTo(visitor: Visitor, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  for (let steps = 0; steps < 40; steps++) {
    if (await target.evaluate((node) => node === document.activeElement)) return;
    await press(visitor, key);
  }
  await expect(target).toBeFocused();
}

async function type({ page }: Visitor, text: string): Promise<void> {
  await page.keyboard.type(text);
}

journey("from the first run to a talk in two rooms, without a mouse", async ({ arrive, join, server }) => {
  const ada = await arrive();
  await ada.open();
  await expect(ada.page.getByLabel("Workspace name")).toBeFocused();
  await type(ada, "Harbour Makers");
  await press(ada, "Tab");
  await type(ada, "Ada Lindqvist");
  await tabTo(ada, ada.page.getByLabel("Password", { exact: true }));
  await press(ada, "Enter");
  await expect(ada.page.getByLabel("Password", { exact: true })).toBeFocused();
  await type(ada, password);
  await press(ada, "Enter");

  // Writing begins at once; the arrow changes the last message, and Esc leaves it as it was.
  await expect(ada.composer).toBeFocused();
  await type(ada, "Good mornign");
  await press(ada, "Enter");
  await expect(ada.message("Good mornign")).toBeVisible();
  await expect(ada.message("Good mornign").getByText("Sending")).toHaveCount(0);
  await press(ada, "ArrowUp");
  const field = ada.page.getByRole("textbox", { name: "Edit message" });
  await expect(field).toBeFocused();
  await type(ada, " all");
  await press(ada, "Escape");
  await expect(ada.composer).toBeFocused();
  await expect(ada.message("Good mornign all")).toHaveCount(0);
  await press(ada, "ArrowUp");
  await expect(field).toBeFocused();
  await press(ada, "Control+a");
  await type(ada, "Good morning");
  await press(ada, "Enter");
  await expect(ada.message("Good morning")).toContainText("edited");
  await expect(ada.composer).toBeFocused();

  // A second room, and the way between the two.
  await tabTo(ada, ada.button("Create a room"), "Shift+Tab");
  await press(ada, "Enter");
  await expect(ada.dialog.getByLabel("Name", { exact: true })).toBeFocused();
  await press(ada, "Escape");
  await expect(ada.dialog).toHaveCount(0);
  await expect(ada.button("Create a room")).toBeFocused();
  await press(ada, "Enter");
  await expect(ada.dialog.getByLabel("Name", { exact: true })).toBeFocused();
  await type(ada, "boat-restoration");
  await press(ada, "Enter");
  await expect(ada.title).toHaveText("boat-restoration");
  await expect(ada.composer).toBeFocused();
  await press(ada, "Alt+ArrowDown");
  await expect(ada.title).toHaveText("general");
  await expect(ada.composer).toBeFocused();
  await tabTo(ada, ada.rooms.getByRole("link", { name: "boat-restoration" }), "Shift+Tab");
  await press(ada, "Enter");
  await expect(ada.title).toHaveText("boat-restoration");
  await tabTo(ada, ada.rooms.getByRole("link", { name: "Browse rooms" }), "Shift+Tab");
  await press(ada, "Enter");
  await expect(ada.page.getByRole("searchbox", { name: "Filter rooms" })).toBeFocused();

  // Someone who comes later finds the way past the list of rooms.
  const lin = await join("lin");
  await lin.page.goto(`${server.url}/rooms/boat-restoration`);
  await expect(lin.button("Join")).toBeFocused();
  await press(lin, "Enter");
  await expect(lin.composer).toBeFocused();
});

journey("messages, details and dialogs, without a mouse", async ({ join }) => {
  const ada = await join("ada");
  await ada.send("general", "One", "Two", "Three");
  await ada.open("/rooms/general");
  await expect(ada.composer).toBeFocused();
  await expect(ada.message("Three")).toBeVisible();

  // From message to message with the arrows, then to what can be done with it.
  await tabTo(ada, ada.log, "Shift+Tab");
  await press(ada, "ArrowUp");
  await expect(ada.message("Three")).toBeFocused();
  await press(ada, "ArrowUp");
  await expect(ada.message("Two")).toBeFocused();
  await press(ada, "Home");
  await expect(ada.message("One")).toBeFocused();
  await press(ada, "ArrowDown");
  await tabTo(ada, ada.message("Two").getByRole("button", { name: "Edit" }));
  await press(ada, "Enter");
  await expect(ada.page.getByRole("textbox", { name: "Edit message" })).toBeFocused();
  await type(ada, " and a half");
  await press(ada, "Enter");
  await expect(ada.message("Two and a half")).toContainText("edited");
  await expect(ada.page.getByRole("textbox", { name: "Edit message" })).toHaveCount(0);
  await expect.poll(() => focus(ada)).toBe("seen");

  await tabTo(ada, ada.log, "Shift+Tab");
  await press(ada, "End");
  await tabTo(ada, ada.message("Three").getByRole("button", { name: "Delete" }));
  await press(ada, "Enter");
  await expect(ada.dialog).toBeVisible();
  await press(ada, "Escape");
  await expect(ada.dialog).toHaveCount(0);
  await expect.poll(() => focus(ada)).toBe("seen");
  await tabTo(ada, ada.message("Three").getByRole("button", { name: "Delete" }));
  await press(ada, "Enter");
  await tabTo(ada, ada.dialog.getByRole("button", { name: "Delete" }));
  await press(ada, "Enter");
  await expect(ada.message("Message deleted")).toBeVisible();
  await expect(ada.dialog).toHaveCount(0);
  await expect.poll(() => focus(ada)).toBe("seen");

  // The details open and close, and give the focus back.
  await tabTo(ada, ada.button("Room details"), "Shift+Tab");
  await press(ada, "Enter");
  await expect(ada.details).toBeVisible();
  await tabTo(ada, ada.details.getByRole("button", { name: "Edit details" }));
  await press(ada, "Enter");
  await expect(ada.details.getByLabel("Name", { exact: true })).toBeFocused();
  await tabTo(ada, ada.details.getByRole("button", { name: "Cancel" }));
  await press(ada, "Enter");
  await expect(ada.details.getByRole("button", { name: "Edit details" })).toBeVisible();
  await tabTo(ada, ada.details.getByRole("button", { name: "Make an invite link" }));
  await press(ada, "Enter");
  await expect(ada.dialog).toBeVisible();
  await tabTo(ada, ada.dialog.getByRole("button", { name: "Cancel" }));
  await press(ada, "Enter");
  await expect(ada.dialog).toHaveCount(0);
  await press(ada, "Escape");
  await expect(ada.details).toHaveCount(0);
  await expect(ada.button("Room details")).toBeFocused();

  await tabTo(ada, ada.button("Settings"), "Shift+Tab");
  await press(ada, "Enter");
  await expect(ada.dialog).toBeVisible();
  await tabTo(ada, ada.dialog.getByRole("radio", { name: "System" }));
  await press(ada, "ArrowRight");
  await expect(ada.dialog.getByRole("radio", { name: "Light" })).toBeChecked();
  await press(ada, "Escape");
  await expect(ada.button("Settings")).toBeFocused();

  // The first stop of the page leads past the list of rooms.
  await ada.open("/rooms/general");
  await expect(ada.composer).toBeFocused();
  await tabTo(ada, ada.page.getByRole("link", { name: "Skip to the room" }), "Shift+Tab");
  await ada.page.keyboard.press("Enter");
  await press(ada, "Tab");
  expect(await ada.page.getByRole("main").evaluate((node) => node.contains(document.activeElement))).toBe(true);
});
