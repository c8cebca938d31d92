import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone, type Visitor } from "./visitor.ts";

interface Invite {
  readonly code: string;
}

async function bring(owner: Visitor, room: string, ...others: readonly Visitor[]): Promise<void> {
  const { code } = await owner.api<Invite>("POST", `/rooms/${room}/invites`, {});
  for (const other of others) await other.api("POST", `/invites/${code}/redemptions`);
}

const memberOf = (visitor: Visitor, name: string) => visitor.page.locator(".member").filter({ hasText: name });

journey("[RM10] [RM11] an owner makes admins, hands the room over, and is removed from it", async ({ join }) => {
  await join("noor");
  const ada = await join("ada", { reducedMotion: "reduce" });
  const lin = await join("lin");
  const sam = await join("sam");
  const { id } = await ada.createRoom("Committee", { kind: "private" });
  await bring(ada, id, lin, sam);
  await ada.open("/rooms/committee/details");
  await lin.open("/rooms/committee/details");
  await sam.open("/rooms/committee");
  await expect(memberOf(lin, "Ada Lindqvist").getByText("Owner")).toBeVisible();
  await expect(lin.button("More for Sam Meyer")).toHaveCount(0);

  await ada.button("More for Lin Ortega").focus();
  await ada.page.keyboard.press("Enter");
  const menu = ada.page.getByRole("dialog", { name: "Lin Ortega" });
  await expect(menu.getByRole("button")).toHaveText(["Make admin", "Hand over the room", "Remove from room"]);
  expect(await violationsIn(ada)).toEqual([]);
  await ada.page.keyboard.press("Tab");
  await ada.page.keyboard.press("Enter");
  await expect(memberOf(ada, "Lin Ortega").getByText("Admin", { exact: true })).toBeVisible();
  await expect(lin.details.getByRole("button", { name: "Edit details" })).toBeVisible();
  await lin.button("More for Sam Meyer").click();
  await expect(lin.page.getByRole("dialog").getByRole("button")).toHaveText(["Make admin", "Remove from room"]);
  await lin.page.keyboard.press("Escape");

  await ada.button("More for Lin Ortega").click();
  await menu.getByRole("button", { name: "Hand over the room" }).click();
  await expect(ada.dialog.getByRole("heading", { name: "Hand over Committee?" })).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await ada.dialog.getByRole("button", { name: "Hand over" }).click();
  await expect(memberOf(lin, "Lin Ortega").getByText("Owner")).toBeVisible();
  await expect(memberOf(lin, "Ada Lindqvist").getByText("Admin", { exact: true })).toBeVisible();

  // Someone who is removed while looking at the room is told so, and loses it at once.
  await expect(sam.title).toHaveText("Committee");
  await lin.button("More for Sam Meyer").click();
  await lin.page.getByRole("dialog").getByRole("button", { name: "Remove from room" }).click();
  await lin.dialog.getByRole("button", { name: "Remove" }).click();
  await expect(sam.page.getByRole("heading", { name: "You were removed from Committee" })).toBeVisible();
  expect(await violationsIn(sam)).toEqual([]);
  await expect(sam.rooms.getByRole("link", { name: "Committee" })).toHaveCount(0);
  await expect(lin.page.getByRole("heading", { name: "2 members" })).toBeVisible();
  await bring(lin, id, sam);
  await expect(sam.title).toHaveText("Committee");
});

journey("[RM13] an archived room can be read, and taken back into use", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await lin.createRoom("Old plans");
  await ada.api("PUT", "/rooms/old-plans/membership");
  await ada.send("old-plans", "A harbour of glass");
  await ada.open("/rooms/old-plans");
  await lin.open("/rooms/old-plans/details");
  await lin.details.getByRole("button", { name: "Archive room" }).click();
  await lin.dialog.getByRole("button", { name: "Archive room" }).click();
  await expect(lin.dialog).toHaveCount(0);
  for (const visitor of [ada, lin]) {
    await expect(visitor.page.getByText("This room is archived. You can still read and search it.")).toBeVisible();
    await expect(visitor.composer).toHaveCount(0);
    await expect(visitor.message("A harbour of glass")).toBeVisible();
    expect(await violationsIn(visitor)).toEqual([]);
  }
  await expect(ada.rooms.getByRole("link", { name: "Old plans" })).toBeVisible();
  await ada.open("/browse");
  await ada.page.getByRole("main").getByText("1 archived room").click();
  await expect(ada.page.getByRole("main").getByRole("link", { name: /Old plans/ })).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await lin.button("Use it again").click();
  await lin.say("Back to work");
  await expect(ada.page.getByRole("main").getByText("1 archived room")).toHaveCount(0);
});

journey("[RM10] members are looked after on a phone", async ({ join }) => {
  const ada = await join("ada", { ...phone, reducedMotion: "reduce" });
  const lin = await join("lin");
  const { id } = await ada.createRoom("Committee", { kind: "private" });
  await bring(ada, id, lin);
  await ada.open("/rooms/committee/details");
  await ada.button("More for Lin Ortega").click();
  await expect(ada.dialog.getByRole("heading", { name: "Lin Ortega" })).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await ada.dialog.getByRole("button", { name: "Make admin" }).click();
  await expect(memberOf(ada, "Lin Ortega").getByText("Admin", { exact: true })).toBeVisible();
  await ada.button("More for Lin Ortega").click();
  await ada.dialog.getByRole("button", { name: "Remove from room" }).click();
  await ada.dialog.getByRole("button", { name: "Remove" }).click();
  await expect(memberOf(ada, "Lin Ortega")).toHaveCount(0);
});
