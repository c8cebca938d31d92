import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { expect, journey } from "./journey.ts";
import { Visitor } from "./visitor.ts";

const lost = /net::ERR_|WebSocket connection to|Failed to load resource/;

/** This page reaches the server with nothing that is live: neither by a socket nor by polling. */
async function cutOff(page: Page): Promise<() => Promise<void>> {
  const polling = /\/api\/(resume|commands)/;
  let isCut = true;
  await page.routeWebSocket(/\/api\/socket$/, (socket) => {
    if (isCut) void socket.close({ code: 1006 });
    else socket.connectToServer();
  });
  await page.route(polling, (route) => route.abort());
  return async () => {
    isCut = false;
    await page.unroute(polling);
  };
}

/** What a room holds, as the server has it. */
async function stored(visitor: Visitor, room = "general"): Promise<readonly string[]> {
  const { messages } = await visitor.api<{ messages: readonly { content: string }[] }>(
    "GET",
    `/rooms/${room}/messages?limit=100`,
  );
  return messages.map(({ content }) => content);
}

journey("what one writes without a connection outlives a reload, and is sent in order", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await lin.open("/rooms/general");
  await lin.expecting(lost, async () => {
    const reconnect = await cutOff(lin.page);
    await lin.page.reload();
    await lin.say("First from the dark", "Second from the dark");
    await expect(lin.page.getByText("2 messages wait")).toBeVisible();
    await ada.send("general", "Are you there?");
    await lin.page.reload();
    const order = [/Are you there\?/, /First from the dark/, /Second from the dark/];
    await expect(lin.log.getByRole("article")).toHaveText(order);
    await expect(lin.message("Second from the dark")).toHaveAttribute("data-delivery", "pending");
    expect(await stored(ada)).toEqual(["Are you there?"]);
    await reconnect();
    await expect(lin.message("Second from the dark")).toHaveAttribute("data-delivery", "sent", { timeout: 30_000 });
    await expect(lin.log.getByRole("article")).toHaveText(order);
  });
  expect(await stored(ada)).toEqual(["Are you there?", "First from the dark", "Second from the dark"]);
});

journey(
  "a server that is killed in the middle of it gets every message once, over a reload",
  async ({ server, join }) => {
    const ada = await join("ada");
    await ada.open("/rooms/general");
    const said = Array.from({ length: 20 }, (_, n) => `[${n + 1}]`);
    await ada.expecting(lost, async () => {
      const talking = ada.say(...said);
      await expect(ada.message("[4]")).toHaveAttribute("data-delivery", "sent");
      await server.kill("SIGKILL");
      await talking;
      await expect(ada.message("[20]")).toHaveAttribute("data-delivery", "pending");
      await server.resume();
      await ada.page.reload();
      await expect(ada.message("[20]")).toHaveAttribute("data-delivery", "sent", { timeout: 30_000 });
    });
    expect(await stored(ada)).toEqual(said);
    await expect(ada.log.getByRole("article")).toHaveText(said.map((text) => new RegExp(`\\${text}`)));
  },
);

journey("a browser that is killed takes nothing with it", async ({ server, join: joinIn }, { project }) => {
  const ada = await joinIn("ada");
  const folder = await mkdtemp(join(tmpdir(), "parley-browser-"));
  const open = async () => {
    const { launchOptions = {}, locale, timezoneId } = project.use;
    const context = await chromium.launchPersistentContext(folder, { ...launchOptions, locale, timezoneId });
    return { context, lin: await Visitor.arrive(context, server.url) };
  };
  const before = await open();
  await before.lin.signUp("lin");
  await before.lin.open("/rooms/general");
  await expect(before.lin.composer).toBeVisible();
  await cutOff(before.lin.page);
  await before.lin.page.reload();
  await before.lin.say("Written before the end", "And this");
  await expect(before.lin.message("And this")).toHaveAttribute("data-delivery", "pending");
  const ended = new Promise((resolve) => before.context.once("close", resolve));
  process.kill(browserOf(folder), "SIGKILL");
  await ended;
  const { context, lin } = await open();
  // A browser writes its cookies down every half a minute only.
  await lin.signIn("lin");
  await lin.open("/rooms/general");
  await expect(lin.message("And this")).toHaveAttribute("data-delivery", "sent", { timeout: 30_000 });
  expect(await stored(ada)).toEqual(["Written before the end", "And this"]);
  await context.close();
  await rm(folder, { recursive: true, force: true });
});

/** The process of the browser that lives in a folder, without those that it has started. */
function browserOf(folder: string): number {
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`))
    .find((name) => {
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      return line.includes(`--user-data-dir=${folder}`) && !line.some((part) => part.startsWith("--type="));
    });
  if (!found) throw new Error("there is no such browser");
  return Number(found);
}

journey("of two tabs, the one with a connection sends what both write, and goes on alone", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await lin.open("/rooms/general");
  await expect(lin.composer).toBeVisible();
  const other = await lin.context.newPage();
  await lin.expecting(lost, async () => {
    await cutOff(other);
    await other.goto(lin.page.url());
    const write = async (text: string) => {
      await other.getByRole("textbox", { name: /^Message / }).fill(text);
      await other.keyboard.press("Enter");
    };
    await write("From the tab without a connection");
    await lin.say("From the tab with one");
    await write("And from the other again");
    await expect(lin.message("And from the other again")).toHaveAttribute("data-delivery", "sent");
    const there = other.getByRole("log").getByRole("article").filter({ hasText: "And from the other again" });
    await expect(there).toHaveCount(1);
    await other.close();
    await lin.say("Alone");
    await expect(lin.message("Alone")).toHaveAttribute("data-delivery", "sent");
  });
  expect(await stored(ada)).toEqual([
    "From the tab without a connection",
    "From the tab with one",
    "And from the other again",
    "Alone",
  ]);
});

journey("what the tab that is closed could not send, the other one sends", async ({ join }) => {
  const lin = await join("lin");
  await lin.open("/rooms/general");
  await expect(lin.composer).toBeVisible();
  const other = await lin.context.newPage();
  await lin.expecting(lost, async () => {
    const reconnect = await cutOff(lin.page);
    await lin.page.reload();
    await cutOff(other);
    await other.goto(lin.page.url());
    await other.getByRole("textbox", { name: /^Message / }).fill("Left behind");
    await other.keyboard.press("Enter");
    await expect(lin.message("Left behind")).toHaveAttribute("data-delivery", "pending");
    await other.close();
    await reconnect();
    await expect(lin.message("Left behind")).toHaveAttribute("data-delivery", "sent", { timeout: 30_000 });
  });
  expect(await stored(lin)).toEqual(["Left behind"]);
});

journey(
  "changes, deletions, reactions and reading without a connection are applied after a reload",
  async ({ join }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    await lin.open("/rooms/general");
    await lin.say("To be chnaged", "To be deleted");
    await expect(lin.message("To be deleted")).toHaveAttribute("data-delivery", "sent");
    const { id } = await lin.createRoom("Sheds");
    await ada.api("PUT", `/rooms/${id}/membership`);
    await ada.send("sheds", "Is anyone there?");
    await ada.send("general", "Tea at four?");
    await expect(lin.rooms.getByRole("link", { name: /Sheds.*unread/ })).toBeVisible();
    await lin.expecting(lost, async () => {
      const reconnect = await cutOff(lin.page);
      await lin.page.reload();
      await lin.act("To be chnaged", "Edit");
      await lin.page.getByRole("textbox", { name: "Edit message" }).fill("Changed");
      await lin.page.keyboard.press("Enter");
      await lin.act("To be deleted", "Delete");
      await lin.dialog.getByRole("button", { name: "Delete" }).click();
      await lin.act("Tea at four?", "React with heart");
      await lin.say("To be written otherwise");
      await lin.act("To be written otherwise", "Edit");
      await lin.page.getByRole("textbox", { name: "Edit message" }).fill("Written otherwise");
      await lin.page.keyboard.press("Enter");
      await lin.say("Better not");
      await lin.act("Better not", "Delete");
      await expect(lin.message("Better not")).toHaveCount(0);
      await lin.rooms.getByRole("link", { name: /Sheds/ }).click();
      await expect(lin.message("Is anyone there?")).toBeVisible();
      await expect(lin.rooms.getByRole("link", { name: /Sheds.*unread/ })).toHaveCount(0);
      await lin.rooms.getByRole("link", { name: /general/ }).click();
      await lin.page.reload();
      const shown = [/Changed/, /Message deleted/, /Tea at four\?/, /Written otherwise/];
      await expect(lin.log.getByRole("article")).toHaveText(shown);
      await expect(lin.message("Tea at four?").getByRole("button", { name: /^❤️/ })).toHaveAttribute(
        "aria-pressed",
        "true",
      );
      await expect(lin.rooms.getByRole("link", { name: /Sheds.*unread/ })).toHaveCount(0);
      expect(await stored(ada)).toEqual(["To be chnaged", "To be deleted", "Tea at four?"]);
      await reconnect();
      await expect(lin.message("Written otherwise")).toHaveAttribute("data-delivery", "sent", { timeout: 30_000 });
      await expect(lin.message("Changed")).toHaveAttribute("data-delivery", "sent");
      await expect(lin.log.getByRole("article")).toHaveText(shown);
    });
    await expect.poll(() => stored(ada)).toEqual(["Changed", "", "Tea at four?", "Written otherwise"]);
    const page = await ada.api<{ messages: readonly { reactions?: readonly { emoji: string; count: number }[] }[] }>(
      "GET",
      "/rooms/general/messages",
    );
    expect(page.messages[2]?.reactions).toMatchObject([{ emoji: "❤️", count: 1 }]);
    const unread = async () =>
      (await lin.api<{ membership: { unread: number } }>("GET", `/rooms/${id}`)).membership.unread;
    await expect.poll(unread).toBe(0);
  },
);

journey("a page that sleeps with its turn does not keep the others from sending", async ({ join }) => {
  const lin = await join("lin");
  await lin.open("/rooms/general");
  await expect(lin.composer).toBeVisible();
  const { id: me } = await lin.api<{ id: string }>("GET", "/me");
  const { id: room } = await lin.api<{ id: string }>("GET", "/rooms/general");
  const other = await lin.context.newPage();
  await other.goto(`${new URL(lin.page.url()).origin}/browse`);
  const isHeld = await other.evaluate(
    (name) => new Promise((held) => void navigator.locks.request(name, () => new Promise(() => held(true)))),
    `parley.outbox.${me}.${room}`,
  );
  expect(isHeld).toBe(true);
  await lin.say("All the same");
  await expect(lin.message("All the same")).toHaveAttribute("data-delivery", "pending");
  await expect(lin.message("All the same")).toHaveAttribute("data-delivery", "sent", { timeout: 30_000 });
  expect(await stored(lin)).toEqual(["All the same"]);
});

journey("what is deleted under a page is kept again", async ({ join }) => {
  const lin = await join("lin");
  await lin.open("/rooms/general");
  await expect(lin.composer).toBeVisible();
  await lin.expecting(lost, async () => {
    const reconnect = await cutOff(lin.page);
    await lin.page.reload();
    await lin.say("Still here");
    await expect(lin.message("Still here")).toBeVisible();
    await lin.page.evaluate(
      () => new Promise((done) => Object.assign(indexedDB.deleteDatabase("parley.outbox"), { onsuccess: done })),
    );
    const kept = () =>
      lin.page.evaluate(async () => {
        const found = (await indexedDB.databases()).some(({ name }) => name === "parley.outbox");
        if (!found) return 0;
        const database = await new Promise<IDBDatabase>((done) => {
          const opening = indexedDB.open("parley.outbox");
          opening.onsuccess = () => done(opening.result);
        });
        const rows = await new Promise<number>((done) => {
          const counting = database.transaction("kept").objectStore("kept").count();
          counting.onsuccess = () => done(counting.result);
        });
        database.close();
        return rows;
      });
    await expect.poll(kept).toBe(1);
    await lin.page.reload();
    await expect(lin.message("Still here")).toHaveAttribute("data-delivery", "pending");
    await reconnect();
    await expect(lin.message("Still here")).toHaveAttribute("data-delivery", "sent", { timeout: 30_000 });
  });
});

journey("a change and a deletion that are refused say so, and leave the message as it is", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  const { id } = await ada.createRoom("Sheds");
  await lin.api("PUT", `/rooms/${id}/membership`);
  await lin.send("sheds", "As it was");
  await lin.open("/rooms/sheds");
  await expect(lin.message("As it was")).toBeVisible();
  await lin.expecting(lost, async () => {
    const reconnect = await cutOff(lin.page);
    await lin.page.reload();
    await lin.act("As it was", "Edit");
    await lin.page.getByRole("textbox", { name: "Edit message" }).fill("As it will be");
    await lin.page.keyboard.press("Enter");
    await expect(lin.message("As it will be")).toHaveAttribute("data-delivery", "pending");
    await ada.api("PATCH", `/rooms/${id}`, { archived: true });
    await reconnect();
    await expect(lin.message("As it was")).toContainText("Change not saved. This room is archived.", {
      timeout: 30_000,
    });
  });
  await ada.api("PATCH", `/rooms/${id}`, { archived: false });
  await lin.message("As it was").locator(".message-failed").getByRole("button", { name: "Edit" }).click();
  await expect(lin.page.getByRole("textbox", { name: "Edit message" })).toHaveValue("As it will be");
  await lin.page.keyboard.press("Enter");
  await expect(lin.message("As it will be")).toHaveAttribute("data-delivery", "sent");
  await expect.poll(() => stored(ada, id)).toEqual(["As it will be"]);
});

journey("where a browser keeps nothing, messages go all the same, and it says so", async ({ join }) => {
  const ada = await join("ada");
  await ada.context.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", {
      get: () => {
        throw new DOMException("not here", "SecurityError");
      },
    });
  });
  await ada.open("/rooms/general");
  await ada.say("Without a trace");
  await expect(ada.message("Without a trace")).toHaveAttribute("data-delivery", "sent");
  await ada.expecting(lost, async () => {
    await ada.context.setOffline(true);
    await ada.say("While it lasts");
    await expect(ada.page.getByText("1 message waits, but only until this page is closed.")).toBeVisible({
      timeout: 30_000,
    });
    await ada.context.setOffline(false);
    await expect(ada.message("While it lasts")).toHaveAttribute("data-delivery", "sent", { timeout: 30_000 });
  });
});

journey("where there is no space left, the text stays in the composer, and it says why", async ({ join }) => {
  const ada = await join("ada");
  await ada.open("/rooms/general");
  await expect(ada.composer).toBeVisible();
  const devtools = await ada.context.newCDPSession(ada.page);
  const { origin } = new URL(ada.page.url());
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  await ada.say("Too much");
  await expect(ada.page.getByText("This browser has no space left to keep it in.")).toBeVisible();
  await expect(ada.composer).toHaveValue("Too much");
  await expect(ada.message("Too much")).toHaveCount(0);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin });
  await ada.composer.press("Enter");
  await expect(ada.message("Too much")).toHaveAttribute("data-delivery", "sent");
  await expect(ada.composer).toHaveValue("");
});

journey(
  "a message that was refused waits for its author, over a reload, to be changed or deleted",
  async ({ join }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    const { id } = await ada.createRoom("Sheds");
    await lin.api("PUT", `/rooms/${id}/membership`);
    await lin.open("/rooms/sheds");
    await expect(lin.composer).toBeVisible();
    await lin.expecting(lost, async () => {
      const reconnect = await cutOff(lin.page);
      await lin.page.reload();
      await lin.say("One too late", "Two too late");
      await ada.api("PATCH", `/rooms/${id}`, { archived: true });
      await reconnect();
      await expect(lin.message("Two too late")).toContainText("This room is archived", { timeout: 30_000 });
    });
    await lin.page.reload();
    await expect(lin.message("One too late")).toContainText("This room is archived");
    await ada.api("PATCH", `/rooms/${id}`, { archived: false });
    await lin.message("One too late").getByRole("button", { name: "Edit" }).click();
    await lin.page.getByRole("textbox", { name: "Edit message" }).fill("Just in time");
    await lin.page.keyboard.press("Enter");
    await expect(lin.message("Just in time")).toHaveAttribute("data-delivery", "sent");
    await lin.button("1 message was not sent").click();
    await lin.dialog.getByRole("button", { name: "Delete" }).click();
    await expect(lin.dialog.getByText("Everything is sent.")).toBeVisible();
    await lin.page.keyboard.press("Escape");
    await expect(lin.message("Two too late")).toHaveCount(0);
    expect(await stored(ada, id)).toEqual(["Just in time"]);
  },
);

journey(
  "signing out asks before what was not sent is lost, and the next one here finds nothing of it",
  async ({ join }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    await lin.open("/rooms/general");
    await expect(lin.composer).toBeVisible();
    await lin.expecting(lost, async () => {
      const reconnect = await cutOff(lin.page);
      await lin.page.reload();
      await lin.say("Never sent");
      await expect(lin.message("Never sent")).toBeVisible();
      await lin.button("Settings").click();
      await lin.dialog.getByRole("button", { name: "Sign out", exact: true }).click();
      const question = lin.page.getByRole("dialog", { name: "1 message has not been sent" });
      await question.getByRole("button", { name: "Sign out" }).click();
      await expect(lin.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
      await reconnect();
      await lin.signIn("lin");
      await lin.open("/rooms/general");
      await lin.say("Sent at once");
      await expect(lin.message("Sent at once")).toHaveAttribute("data-delivery", "sent");
      await expect(lin.message("Never sent")).toHaveCount(0);
    });
    expect(await stored(ada)).toEqual(["Sent at once"]);
  },
);
