import { expect, journey } from "./journey.ts";
import type { Server } from "./server.ts";
import type { Visitor } from "./visitor.ts";

/** So many, with so much in each that cannot be seen, are more than a resume brings: the room begins anew. */
const many = 60;
const lost = /net::ERR_|WebSocket connection to/;
const weight = "\u2060".repeat(1300);

/** Takes the network from `visitor` while others go on, and gives it back; by then the server has forgotten what it sent last. */
async function away(visitor: Visitor, server: Server, meanwhile: () => Promise<void>): Promise<void> {
  await visitor.context.setOffline(true);
  // Until its client has given it up, a socket keeps what comes, and brings it when the network is back.
  await expect(visitor.page.getByText("No connection")).toBeVisible({ timeout: 30_000 });
  await meanwhile();
  await server.kill("SIGTERM");
  await server.resume();
  await visitor.context.setOffline(false);
  await expect(visitor.page.getByText("No connection")).toHaveCount(0, { timeout: 30_000 });
}

journey(
  "whoever reads above when too much was missed stays there, and sees what is not loaded",
  async ({ server, join }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    await ada.sendMany("general", 60, "before");
    await lin.open("/rooms/general#m20");
    await expect(lin.message(/before 20$/)).toBeInViewport();
    const top = async () => (await lin.message(/before 20$/).boundingBox())?.y ?? 0;
    const before = await top();
    await lin.composer.fill("Half a sentence");

    const newer = "**/messages?*after=*";
    const missing = lin.log.getByText(/Newer messages (are not loaded here|could not be loaded)\./);
    await lin.page.route(newer, (route) => route.abort());
    await lin.expecting(lost, async () => {
      await away(lin, server, async () => {
        await ada.api("PATCH", "/rooms/general/messages/21", { content: "Changed meanwhile" });
        await ada.sendMany("general", many, `${weight}missed`);
      });
      await expect(lin.message("Changed meanwhile")).toBeInViewport();
      expect(Math.abs((await top()) - before)).toBeLessThan(2);
      await expect(lin.composer).toHaveValue("Half a sentence");
      // Down to what is not here.
      await missing.scrollIntoViewIfNeeded();
      await expect(missing).toHaveText(/could not be loaded/);
      await expect(missing).toBeInViewport();
      await lin.page.unroute(newer);
      await lin.button("Try again").click();
      await expect(lin.message(/missed 1$/)).toBeAttached();
    });
    await lin.button("Newest messages").click();
    await expect(lin.message(`missed ${many}`)).toBeInViewport();
    await expect(missing).toHaveCount(0);
  },
);

journey(
  "whoever reads the newest when too much was missed finds the way back to where they were",
  async ({ server, join }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    await ada.sendMany("general", 5, "before");
    await lin.open("/rooms/general");
    await expect(lin.message("before 5")).toBeInViewport();
    await lin.expecting(lost, () => away(lin, server, () => ada.sendMany("general", many, `${weight}missed`)));
    await expect(lin.message(`missed ${many}`)).toBeInViewport();
    await lin.button(`${many} unread messages`).click();
    await expect(lin.message(/missed 1$/)).toBeInViewport();
    await expect(lin.log.getByRole("heading", { name: "New" })).toBeInViewport();
  },
);
