import { expect, journey } from "./journey.ts";
import { png } from "./pictures.ts";
import { phone, type Room, type Visitor } from "./visitor.ts";

/** Lets no socket of a visitor through: their client has to ask again and again. */
const blockSockets = ({ page }: Visitor) =>
  page.routeWebSocket(/\/api\/socket$/, (socket) => void socket.close({ code: 1006 }));

/** Enter breaks the line on a phone; the button sends everywhere. */
async function say(visitor: Visitor, text: string): Promise<void> {
  await visitor.composer.fill(text);
  await visitor.button("Send").click();
}

for (const sockets of ["open", "blocked"] as const) {
  journey(`four people use all of it at once, with sockets ${sockets}`, async ({ join }) => {
    journey.setTimeout(180_000);
    const ada = await join("ada");
    const lin = await join("lin");
    const sam = await join("sam", phone);
    const yuki = await join("yuki", { colorScheme: "dark" });
    const everyone = [ada, lin, sam, yuki];
    if (sockets === "blocked") for (const visitor of everyone) await blockSockets(visitor);

    const room = await ada.createRoom("Regatta", { kind: "private", description: "Saturday at nine" });
    const { code } = await ada.api<{ code: string }>("POST", `/rooms/${room.id}/invites`, {});
    for (const guest of [lin, sam, yuki]) await guest.api("POST", `/invites/${code}/redemptions`);
    await Promise.all(everyone.map((visitor) => visitor.open(`/rooms/${room.slug}`)));
    for (const visitor of everyone) await expect(visitor.title).toHaveText("Regatta");
    if (sockets === "blocked") {
      for (const visitor of everyone) {
        await expect(visitor.page.getByText("Checking every 2 seconds")).toBeVisible({ timeout: 30_000 });
      }
    }

    // All speak at once, and all see one order.
    const lines = everyone.map((_, index) => `Boat ${index + 1} is ready`);
    await Promise.all(everyone.map((visitor, index) => say(visitor, lines[index] ?? "")));
    for (const visitor of everyone) {
      await expect(visitor.log.getByRole("article")).toHaveCount(4);
      for (const line of lines) await expect(visitor.message(line)).toBeVisible();
    }
    const orderOf = async (visitor: Visitor) =>
      (await visitor.log.getByRole("article").allTextContents()).map((text) => /Boat \d/.exec(text)?.[0]);
    const order = await orderOf(ada);
    for (const visitor of everyone) expect(await orderOf(visitor)).toEqual(order);

    // A reaction, a picture and a change reach everyone.
    await lin.act("Boat 1", "React with thumbs up");
    await yuki.attach([png("course.png", 640, 480)]);
    await say(yuki, "The course");
    await ada.act("Boat 1", "Edit");
    await ada.page.getByRole("textbox", { name: "Edit message" }).fill("Boat 1 is rigged");
    await ada.page.keyboard.press("Enter");
    for (const visitor of everyone) {
      await expect(visitor.message("Boat 1 is rigged").getByRole("button", { name: /^👍 1, / })).toBeVisible();
      await expect(
        visitor.message("The course").getByRole("button", { name: "Open picture course.png" }),
      ).toBeVisible();
    }

    // Who is elsewhere is called, and a direct room opens beside.
    await lin.rooms.getByRole("link", { name: /^general/ }).click();
    await expect(lin.title).toHaveText("general");
    await say(ada, "@lin bring the flags");
    await expect(lin.rooms.getByRole("link", { name: /Regatta.*1 calls you/ })).toBeVisible();
    const direct = await sam.api<Room>("POST", "/direct-rooms", { users: ["lin"] });
    await sam.send(direct.id, "Do you have the flags?");
    await lin.rooms.getByRole("link", { name: /Sam Meyer/ }).click();
    await expect(lin.message("Do you have the flags?")).toBeVisible();
    await lin.open(`/search?q=${encodeURIComponent("rigged")}`);
    await expect(lin.page.getByRole("list", { name: "Results" }).getByRole("link")).toHaveCount(1);

    // Who is removed sees it at once, and nothing of what comes after.
    const { user } = await yuki.api<{ user: { id: string } }>("GET", "/start");
    // What the page has asked for by then is not there any more.
    await yuki.expecting(/status of 404/, async () => {
      await ada.api("DELETE", `/rooms/${room.id}/members/${user.id}`);
      await expect(yuki.page.getByText("You were removed from")).toBeVisible();
    });
    await say(ada, "The canary sails");
    await expect(sam.message("The canary sails")).toBeVisible();
    await expect(yuki.page.getByText("canary")).toHaveCount(0);
  });
}
