import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone, type Room, restingTop, type Visitor } from "./visitor.ts";

const seen = ({ log }: Visitor) => log.locator(".seen");

journey("[RR7] under one's newest read message stands who has read it, and nothing moves for it", async ({ join }) => {
  const ada = await join("ada", { viewport: { width: 1280, height: 800 } });
  const lin = await join("lin", phone);
  const sam = await join("sam");
  const room = await ada.api<Room>("POST", "/direct-rooms", { users: ["lin", "sam"] });
  await ada.open(`/rooms/${room.slug}`);
  await ada.say("The key is on its nail", "And the boat is dry");
  await expect(ada.message("And the boat is dry").getByText("Sending")).toHaveCount(0);
  await expect(seen(ada)).toHaveCount(0);
  const before = await restingTop(ada.message("The key is on its nail"));

  await lin.open(`/rooms/${room.slug}`);
  await expect(ada.message("And the boat is dry").locator(".seen")).toHaveText(/^Seen by Lin Ortega/);
  await sam.open(`/rooms/${room.slug}`);
  await expect(seen(ada)).toHaveText(/^Seen by Lin Ortega and Sam Meyer/);
  expect(await restingTop(ada.message("The key is on its nail"))).toBe(before);
  expect(await violationsIn(ada)).toEqual([]);

  // It stays with what was read until the newer is.
  await sam.page.close();
  await lin.button("Back to rooms").tap();
  await ada.say("Tea at four?");
  await expect(ada.message("Tea at four?").getByText("Sending")).toHaveCount(0);
  await expect(ada.message("And the boat is dry").locator(".seen")).toHaveText(/^Seen by Lin Ortega and Sam Meyer/);
  await lin.rooms.getByRole("link", { name: /Ada Lindqvist/ }).tap();
  await expect(ada.message("Tea at four?").locator(".seen")).toHaveText(/^Seen by Lin Ortega/);
  await expect(seen(ada)).toHaveCount(1);

  // After a reload, and on a phone, it is the same.
  await ada.page.reload();
  await expect(ada.message("Tea at four?").locator(".seen")).toHaveText(/^Seen by Lin Ortega/);
  await lin.composer.fill("Gladly");
  await lin.button("Send").tap();
  await expect(lin.message("Gladly").locator(".seen")).toHaveText(/^Seen by Ada Lindqvist/);
  expect(await violationsIn(lin)).toEqual([]);

  // Who keeps it to themself sees it of nobody, at once.
  await ada.api("PATCH", "/me", { sharesReceipts: false });
  await expect(seen(ada)).toHaveCount(0);
  await ada.api("PATCH", "/me", { sharesReceipts: true });
  await expect(ada.message("Tea at four?").locator(".seen")).toBeVisible();
});

journey("[RR7] who keeps to themself what they have read asks for nobody's receipts", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.api("PATCH", "/me", { sharesReceipts: false });
  const asked: string[] = [];
  ada.page.on("request", (request) => {
    if (request.url().endsWith("/receipts")) asked.push(request.url());
  });
  await ada.open("/rooms/general");
  await ada.say("Anyone here?");
  await lin.open("/rooms/general");
  await lin.say("I am");
  await expect(ada.message("I am")).toBeVisible();
  await expect(seen(ada)).toHaveCount(0);
  expect(asked).toEqual([]);
  // Nor is it shown to others.
  await expect(seen(lin)).toHaveCount(0);
});

journey("[RR7] in a large room nobody's receipts are asked for", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.send("general", "Anyone here?");
  const asked: string[] = [];
  ada.page.on("request", (request) => {
    if (request.url().endsWith("/receipts")) asked.push(request.url());
  });
  await ada.page.route("**/api/rooms", async (route) => {
    const response = await route.fetch();
    const list = (await response.json()) as { rooms: object[] };
    const rooms = list.rooms.map((room) => ({ ...room, memberCount: 51 }));
    await route.fulfill({ response, json: { ...list, rooms } });
  });
  await ada.open("/rooms/general");
  await expect(ada.message("Anyone here?")).toBeVisible();
  await lin.open("/rooms/general");
  await lin.say("I am");
  await expect(ada.message("I am")).toBeVisible();
  await expect(seen(ada)).toHaveCount(0);
  expect(asked).toEqual([]);
});
