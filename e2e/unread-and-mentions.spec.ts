import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone, type Visitor } from "./visitor.ts";

const row = (visitor: Visitor, name: RegExp) => visitor.rooms.getByRole("link", { name });
const divider = (visitor: Visitor) => visitor.log.getByRole("heading", { name: "New", exact: true });

journey(
  "[UN4] [UN5] [UN7] what is said elsewhere shows in the list, and is read where it is seen",
  async ({ join }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    const boats = await ada.createRoom("boats");
    await lin.api("PUT", `/rooms/${boats.id}/membership`);
    await lin.open("/rooms/general");
    await expect(row(lin, /^boats$/)).toBeVisible();

    await ada.send(boats.id, "The mast is up", "Look at this, @lin");
    await expect(row(lin, /boats ?, unread/)).toBeVisible();
    await expect(row(lin, /boats.*1 calls you/)).toBeVisible();
    await expect(lin.page).toHaveTitle(/^\(1\) /);

    await row(lin, /boats/).click();
    await expect(divider(lin)).toBeVisible();
    await expect(lin.message("Look at this").getByText("@Lin Ortega")).toBeVisible();
    await expect(row(lin, /^boats$/)).toBeVisible();
    await expect(lin.page).not.toHaveTitle(/^\(/);
    await expect(divider(lin)).toBeVisible();

    // Read along: nothing becomes unread, and the divider is where it was.
    await ada.send(boats.id, "And down again");
    await expect(lin.message("And down again")).toBeVisible();
    await expect(row(lin, /^boats$/)).toBeVisible();
    await expect(lin.log.getByText("New", { exact: true })).toHaveCount(1);
    await row(lin, /^general$/).click();
    await row(lin, /^boats$/).click();
    await expect(lin.message("And down again")).toBeVisible();
    await expect(divider(lin)).toHaveCount(0);
  },
);

journey("[UN6] two devices agree, and what is marked as unread stays so", async ({ join, arrive }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  const pocket = await arrive(phone);
  await pocket.signIn("lin");
  const boats = await ada.createRoom("boats");
  await lin.api("PUT", `/rooms/${boats.id}/membership`);
  await ada.send(boats.id, "one", "two", "three");
  await pocket.open("/");
  await expect(row(pocket, /boats ?, unread/)).toBeVisible();
  await lin.open("/rooms/boats");
  await expect(row(pocket, /^boats$/)).toBeVisible();
  await lin.actMore("two", "Mark as unread");
  await expect(row(pocket, /boats ?, unread/)).toBeVisible();
  await expect(row(lin, /boats ?, unread/)).toBeVisible();
  await expect(divider(lin)).toBeVisible();
  await lin.message("three").focus();
  await lin.page.keyboard.press("Escape");
  await expect(row(lin, /^boats$/)).toBeVisible();
  await expect(row(pocket, /^boats$/)).toBeVisible();
});

journey("[UN7] a long absence opens at the first unread message, or shows the way up to it", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  const boats = await ada.createRoom("boats");
  await lin.api("PUT", `/rooms/${boats.id}/membership`);
  await ada.send(boats.id, ...Array.from({ length: 30 }, (_, n) => `message ${n + 1}`));
  await lin.open("/rooms/boats");
  await expect(lin.message(/message 1$/)).toBeInViewport();
  await expect(divider(lin)).toBeInViewport();
  await expect(lin.page.getByText("Today", { exact: true })).toHaveCount(1);
  await expect(row(lin, /boats ?, unread/)).toBeVisible();
  await lin.log.press("End");
  await expect(row(lin, /^boats$/)).toBeVisible();
  await lin.open("/rooms/general");
  await ada.send(boats.id, ...Array.from({ length: 60 }, (_, n) => `more ${n + 1}`));
  await row(lin, /boats/).click();
  await lin.button("60 unread messages").click();
  await expect(lin.message(/more 1$/)).toBeInViewport();
});

journey("[MN1] people complete, levels quieten, and readers are named", async ({ join }) => {
  const ada = await join("ada", { viewport: { width: 1280, height: 800 } });
  const lin = await join("lin");
  await lin.open("/rooms/general");
  await ada.open("/rooms/general");
  await ada.composer.pressSequentially("Hello @lin o");
  await ada.composer.fill("");
  await ada.composer.pressSequentially("Hello @li");
  await expect(ada.page.getByRole("option", { name: /Lin Ortega/ })).toBeVisible();
  await ada.composer.press("Enter");
  await expect(ada.composer).toHaveValue("Hello @lin ");
  await ada.composer.press("Enter");
  await expect(lin.message("Hello @Lin Ortega")).toBeVisible();
  await expect(row(lin, /^general$/)).toBeVisible();

  await ada.actMore("Hello @Lin", "Seen by");
  await expect(ada.dialog.getByText("Lin Ortega")).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await ada.page.keyboard.press("Escape");

  await lin.open("/rooms/general/details");
  await lin.page.getByRole("radio", { name: /^Nothing/ }).check();
  await expect.poll(() => lin.api("GET", "/rooms/general")).toMatchObject({ membership: { notifyLevel: "none" } });
  const boats = await lin.createRoom("boats");
  await lin.open(`/rooms/${boats.slug}`);
  await ada.send("general", "only talk");
  await ada.send("general", "but @lin");
  await expect(row(lin, /general ?, unread.*1 calls you/)).toBeVisible();
  expect(await violationsIn(lin)).toEqual([]);
});

journey("[RR6] who keeps to themself what they have read is not named any more", async ({ join }) => {
  const ada = await join("ada", { viewport: { width: 1280, height: 800 } });
  const lin = await join("lin", { viewport: { width: 1280, height: 800 } });
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");
  const seenBy = async (text: string) => {
    await ada.actMore(text, "Seen by");
    const dialog = ada.page.getByRole("dialog", { name: "Seen by" });
    await expect(dialog.getByRole("listitem")).toHaveCount(1);
    const words = await dialog.getByRole("listitem").textContent();
    await ada.page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    return words;
  };
  const choose = async (name: RegExp) => {
    await lin.button("Settings").click();
    await lin.dialog.getByRole("radio", { name }).click();
    await expect(lin.dialog.getByRole("radio", { name })).toBeChecked();
    await expect.poll(() => lin.api("GET", "/me")).toMatchObject({ sharesReceipts: /Show/.test(name.source) });
    await lin.page.keyboard.press("Escape");
  };
  await ada.say("One");
  await expect(lin.message("One")).toBeVisible();
  await expect.poll(() => seenBy("One")).toContain("Lin Ortega");

  await choose(/^Keep to myself/);
  expect(await seenBy("One")).toBe("Nobody yet, or they keep it to themselves.");
  await ada.say("Two");
  await expect(lin.message("Two")).toBeVisible();
  await expect.poll(() => lin.api("GET", "/rooms/general")).toMatchObject({ membership: { receipt: 2 } });
  expect(await seenBy("Two")).toBe("Nobody yet, or they keep it to themselves.");
  await lin.page.reload();
  await lin.button("Settings").click();
  await expect(lin.dialog.getByRole("radio", { name: /^Keep to myself/ })).toBeChecked();
  await lin.page.keyboard.press("Escape");

  await choose(/^Show others/);
  expect(await seenBy("Two")).toContain("Lin Ortega");
});

journey("[UN8] [UN9] all that is unread is on one screen, and is read from there", async ({ join, arrive }) => {
  const ada = await join("ada");
  const lin = await join("lin", { viewport: { width: 1280, height: 800 } });
  for (const name of ["boats", "oars", "sails"]) {
    const room = await ada.createRoom(name);
    await lin.api("PUT", `/rooms/${room.id}/membership`);
  }
  await ada.sendMany("oars", 5, "oar");
  await ada.send("boats", "Look at this, @lin");
  await ada.send("sails", "Up they go");
  await lin.open("/browse");
  await lin.rooms.getByRole("link", { name: /^Unread 3 rooms$/ }).click();

  const list = lin.page.getByRole("list", { name: "Rooms with unread messages" });
  const rooms = list.getByRole("heading", { level: 2 });
  await expect(rooms).toHaveText(["#boats", "#sails", "#oars"]);
  await expect(list.getByText("1 unread, 1 for you")).toBeVisible();
  await expect(list.getByText("5 unread")).toBeVisible();
  await expect(list.getByText("oar 5")).toBeVisible();
  await expect(list.getByText("oar 2")).toHaveCount(0);
  expect(await violationsIn(lin)).toEqual([]);

  // It follows what is said, and who is called.
  await ada.send("oars", "And these, @lin");
  await expect(rooms).toHaveText(["#oars", "#boats", "#sails"]);
  await expect(list.getByText("And these, @Lin Ortega")).toBeVisible();

  // The focus stays in the list, and goes to the title when it is empty.
  await lin.button("Mark as read boats").press("Enter");
  await expect(rooms).toHaveText(["#oars", "#sails"]);
  await expect(lin.button("Mark as read sails")).toBeFocused();
  await expect(row(lin, /^boats$/)).toBeVisible();
  await list.getByRole("link", { name: /#oars/ }).click();
  await expect(lin.message(/oar 1$/)).toBeInViewport();
  await expect(divider(lin)).toBeVisible();

  const pocket = await arrive(phone);
  await pocket.signIn("lin");
  await pocket.open("/unread");
  await expect(pocket.page.getByText("Up they go")).toBeVisible();
  expect(await violationsIn(pocket)).toEqual([]);
  await pocket.button("Mark all as read").click();
  await expect(pocket.page.getByText("Nothing unread")).toBeVisible();
  await expect(pocket.title).toBeFocused();
  await expect(row(lin, /^sails$/)).toBeVisible();
});
