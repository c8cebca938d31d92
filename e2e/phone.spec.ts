import { expect, journey } from "./journey.ts";
import { phone, type Visitor } from "./visitor.ts";

const sideways = ({ page }: Visitor) =>
  page.evaluate(() => {
    const page = document.scrollingElement as Element;
    const wide = [...document.querySelectorAll("body *")]
      .filter((node) => node.checkVisibility() && getComputedStyle(node).position !== "absolute")
      .filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5)
      .map((node) => `${node.tagName}.${node.className}`);
    return { scrolls: page.scrollWidth > page.clientWidth, wide };
  });

journey("on a phone: the rooms, one room, its details, and back", async ({ join }) => {
  const ada = await join("ada", phone);
  const room = await ada.createRoom("boat-restoration", { description: "The Vigdis goes back in the water on 3 May." });
  await ada.send(room.id, "The varnish is off");
  await ada.open();
  await expect(ada.rooms).toBeVisible();
  await expect(ada.composer).toBeHidden();
  await ada.rooms.getByRole("link", { name: "boat-restoration" }).tap();
  await expect(ada.title).toHaveText("boat-restoration");
  await expect(ada.rooms).toBeHidden();
  await expect(ada.message("The varnish is off")).toBeInViewport();
  await expect(ada.composer).toBeInViewport({ ratio: 1 });

  // Nothing raises the keyboard unasked; Enter is for lines, the button sends.
  await expect(ada.composer).not.toBeFocused();
  await ada.composer.tap();
  await ada.composer.pressSequentially("Lovely");
  await ada.composer.press("Enter");
  await ada.composer.pressSequentially("work");
  await ada.button("Send").tap();
  await expect(ada.message(/Lovely\nwork/)).toBeInViewport();
  await expect(ada.composer).toBeFocused();

  await ada.button("Room details").tap();
  await expect(ada.page.getByRole("heading", { name: "Room details" })).toBeVisible();
  await expect(ada.page.getByText("Public in this workspace")).toBeVisible();
  await expect(ada.composer).toBeHidden();
  await ada.button("Back to the room").tap();
  await expect(ada.composer).toBeVisible();
  await ada.button("Back to rooms").tap();
  await expect(ada.rooms).toBeVisible();

  // The browser's own way back and forth goes through the same places.
  await ada.page.goForward();
  await expect(ada.title).toHaveText("boat-restoration");
});

journey("on a phone: a long press asks what to do with a message", async ({ join }) => {
  const ada = await join("ada", phone);
  const lin = await join("lin");
  await ada.send("general", "The tide turns at nine", "Forget it");
  await lin.open("/rooms/general");
  await ada.open("/rooms/general");
  const sheet = ada.page.getByRole("dialog", { name: "Message" });

  await ada.longPress(ada.message("at nine"), () => expect(sheet).toBeVisible());
  await expect(sheet).toBeVisible();
  await sheet.getByRole("button", { name: "Edit" }).tap();
  const field = ada.page.getByRole("textbox", { name: "Edit message" });
  await expect(field).toBeFocused();
  await field.fill("The tide turns at ten");
  await ada.button("Save").tap();
  await expect(lin.message("The tide turns at ten")).toBeVisible();

  await ada.longPress(ada.message("Forget it"), () => expect(sheet).toBeVisible());
  await sheet.getByRole("button", { name: "Delete" }).tap();
  await ada.page.getByRole("dialog", { name: "Delete this message?" }).getByRole("button", { name: "Delete" }).tap();
  await expect(lin.message("Message deleted")).toBeVisible();

  // Others' messages have fewer acts, and a swipe is no press.
  const away = lin.message("at ten");
  await lin.say("See you there");
  await ada.longPress(ada.message("See you there"), () => expect(sheet).toBeVisible());
  await expect(sheet.getByRole("button", { name: "Copy text" })).toBeVisible();
  await expect(sheet.getByRole("button", { name: "Edit" })).toHaveCount(0);
  await sheet.getByRole("button", { name: "Close" }).tap();
  await expect(sheet).toHaveCount(0);
  await expect(away).toBeVisible();
});

journey("nothing scrolls sideways on the narrowest phone", async ({ arrive, join }) => {
  const narrow = { ...phone, viewport: { width: 320, height: 568 } };
  const still = { scrolls: false, wide: [] };
  const ada = await join("ada", narrow);
  const room = await ada.createRoom("A room with a rather long name that does not end", {
    description: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
  });
  await ada.send(room.id, "x".repeat(400), `https://example.org/${"path/".repeat(60)}`, "Short");
  const path = `/rooms/${room.slug}`;
  for (const at of ["/", path, `${path}/details`, "/browse", "/rooms/none"]) {
    await ada.open(at);
    await expect(ada.page.getByRole("main").getByRole("heading").first()).toBeVisible();
    expect(await sideways(ada), at).toEqual(still);
  }
  await ada.open(path);
  await expect(ada.message("Short")).toBeInViewport();
  expect(await sideways(ada), "messages").toEqual(still);
  await expect(ada.composer).toBeInViewport({ ratio: 1 });
  await ada.open();
  await ada.button("Settings").tap();
  await expect(ada.dialog.getByText("This session")).toBeAttached();
  expect(await sideways(ada), "settings").toEqual(still);
  await ada.dialog.getByRole("button", { name: "Close" }).tap();
  await ada.button("Create a room").tap();
  await expect(ada.dialog).toBeVisible();
  expect(await sideways(ada), "create a room").toEqual(still);

  const stranger = await arrive(narrow);
  for (const at of ["/sign-in", "/sign-up"]) {
    await stranger.open(at);
    await expect(stranger.page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await sideways(stranger), at).toEqual(still);
  }
});
