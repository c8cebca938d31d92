import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone, type Room, type Visitor } from "./visitor.ts";

const row = (visitor: Visitor, name: RegExp) => visitor.rooms.getByRole("link", { name });
/** The rooms that are not direct, in the order in which they stand. */
const listed = ({ rooms }: Visitor) => rooms.getByRole("list").first().locator(".side-name");

/** Notes how long after the last key each move of the list comes. */
async function watchMoves({ page }: Visitor): Promise<() => Promise<readonly number[]>> {
  await page.evaluate(() => {
    const list = document.querySelector("nav ul");
    const names = () => [...(list?.querySelectorAll(".side-name") ?? [])].map(({ textContent }) => textContent).join();
    const moves: number[] = [];
    let [pressedAt, order] = [0, names()];
    addEventListener(
      "keydown",
      ({ timeStamp }) => {
        pressedAt = timeStamp;
      },
      { capture: true },
    );
    new MutationObserver(() => {
      if (names() === order) return;
      order = names();
      moves.push(performance.now() - pressedAt);
    }).observe(document.body, { subtree: true, childList: true });
    Object.assign(window, { moves });
  });
  return () => page.evaluate(() => (window as unknown as { readonly moves: readonly number[] }).moves);
}

journey("[UN10] unread rooms stand first, and nothing moves under the pointer or the arrow keys", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  for (const name of ["boats", "oars", "sails"]) {
    const room = await ada.createRoom(name);
    await lin.api("PUT", `/rooms/${room.id}/membership`);
  }
  await lin.open("/rooms/general");
  await expect(listed(lin)).toHaveText(["boats", "general", "oars", "sails"]);
  await ada.send("sails", "Up they go");
  await expect(listed(lin)).toHaveText(["sails", "boats", "general", "oars"]);

  // The mouse is over the list, then elsewhere.
  await row(lin, /^oars$/).hover();
  await ada.send("oars", "Out they go");
  await expect(row(lin, /oars ?, unread/)).toBeVisible();
  await expect(listed(lin)).toHaveText(["sails", "boats", "general", "oars"]);
  await lin.composer.hover();
  await expect(listed(lin)).toHaveText(["oars", "sails", "boats", "general"]);

  // It lies there, while its owner writes.
  await row(lin, /^boats$/).hover();
  await ada.send("boats", "In they go");
  await expect(row(lin, /boats ?, unread/)).toBeVisible();
  await expect(listed(lin)).toHaveText(["oars", "sails", "boats", "general"]);
  await lin.composer.press("a");
  await expect(listed(lin)).toHaveText(["boats", "oars", "sails", "general"]);
  await lin.composer.fill("");

  // From unread room to unread room: what is read stays until it is left and the keys have rested.
  const moves = await watchMoves(lin);
  await lin.page.keyboard.press("Alt+ArrowDown");
  await expect(lin.title).toHaveText("boats");
  await expect(row(lin, /^boats$/)).toBeVisible();
  await lin.page.keyboard.press("Alt+ArrowDown");
  await expect(lin.title).toHaveText("oars");
  await expect(row(lin, /^oars$/)).toBeVisible();
  await expect(listed(lin)).toHaveText(["oars", "sails", "boats", "general"]);
  const [restedMs, ...others] = await moves();
  expect(others).toEqual([]);
  expect(restedMs).toBeGreaterThan(2900);

  // The open one stays where it is also while it is written in.
  await ada.send("oars", "Look");
  await expect(lin.message("Look")).toBeVisible();
  await expect(listed(lin)).toHaveText(["oars", "sails", "boats", "general"]);
});

journey("[UN10] on a phone the list is in order whenever one comes back to it", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin", phone);
  const sails = await ada.createRoom("sails");
  await lin.api("PUT", `/rooms/${sails.id}/membership`);
  await ada.send("sails", "Up they go");
  await lin.open("/");
  await expect(listed(lin)).toHaveText(["sails", "general"]);
  await row(lin, /sails/).tap();
  await expect(lin.message("Up they go")).toBeInViewport();
  await expect(lin.page.locator(".side-row[data-unread]")).toHaveCount(0);
  await lin.button("Back to rooms").tap();
  await expect(listed(lin)).toHaveText(["general", "sails"]);
});

const direct = (visitor: Visitor, name: string) =>
  visitor.rooms.getByRole("link", { name: new RegExp(`^(\\w+ )?${name}`) });

journey("[DR5] a conversation is put away on all devices, and comes back by itself", async ({ join, arrive }) => {
  const ada = await join("ada");
  const lin = await join("lin", { viewport: { width: 1280, height: 800 } });
  const pocket = await arrive(phone);
  await pocket.signIn("lin");
  const room = await ada.api<Room>("POST", "/direct-rooms", { users: ["lin"] });
  await ada.send(room.id, "The key is on its nail");
  await lin.open(`/rooms/${room.slug}`);
  await pocket.open("/");
  await expect(direct(pocket, "Ada Lindqvist")).toBeVisible();
  await expect(lin.page.locator(".side-row[data-unread]")).toHaveCount(0);

  // From its row, while it is open: that leads to another room.
  await direct(lin, "Ada Lindqvist").hover();
  await lin.button("Hide Ada Lindqvist").click();
  await expect(lin.title).toHaveText("general");
  await expect(direct(lin, "Ada Lindqvist")).toHaveCount(0);
  await expect(direct(pocket, "Ada Lindqvist")).toHaveCount(0);
  await lin.page.reload();
  await expect(lin.title).toHaveText("general");
  await expect(direct(lin, "Ada Lindqvist")).toHaveCount(0);

  await ada.send(room.id, "Now it is on the table");
  await expect(direct(lin, "Ada Lindqvist")).toBeVisible();
  await direct(pocket, "Ada Lindqvist").tap();
  await expect(pocket.message("Now it is on the table")).toBeVisible();
  await expect(lin.page.locator(".side-row[data-unread]")).toHaveCount(0);

  // On a phone, and from the keyboard, by its details.
  await pocket.button("Room details").tap();
  expect(await violationsIn(pocket)).toEqual([]);
  await pocket.button("Hide conversation").tap();
  await expect(pocket.rooms).toBeVisible();
  await expect(direct(pocket, "Ada Lindqvist")).toHaveCount(0);
  await expect(direct(lin, "Ada Lindqvist")).toHaveCount(0);

  // What is hidden is found again by its person.
  await lin.open("/people");
  await lin.button("Message Ada Lindqvist").click();
  await expect(lin.message("The key is on its nail")).toBeVisible();
  await expect(direct(lin, "Ada Lindqvist")).toBeVisible();
  await expect(direct(pocket, "Ada Lindqvist")).toBeVisible();
});
