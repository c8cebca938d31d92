import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { png } from "./pictures.ts";
import { wav, webm } from "./recordings.ts";
import { phone, restingTop } from "./visitor.ts";

const minutes = { name: "minutes.txt", mimeType: "text/plain", buffer: Buffer.from("All agreed.\n") };

journey("[PF3] [PF4] files go along with a message, and the other has them at once", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");

  const picker = ada.page.waitForEvent("filechooser");
  await ada.button("Attach files").click();
  await (await picker).setFiles([png("harbour.png", 640, 480), minutes]);
  const tray = ada.page.getByRole("list", { name: "Files to send" });
  await expect(tray.getByRole("listitem")).toHaveCount(2);
  await expect(tray.getByRole("progressbar")).toHaveCount(0);
  await expect(tray.getByText("12 bytes")).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await ada.page.reload();
  await expect(tray.getByRole("listitem")).toHaveText([/harbour\.png/, /minutes\.txt/]);
  await ada.say("From this morning");
  await expect(tray).toHaveCount(0);

  for (const person of [ada, lin]) {
    const picture = person.message("From this morning").getByRole("button", { name: "Open picture harbour.png" });
    await expect(picture).toBeVisible();
    await expect
      .poll(() => picture.getByRole("img").evaluate((img: HTMLImageElement) => img.naturalWidth))
      .toBeGreaterThan(0);
    await expect(person.message("From this morning").getByRole("link", { name: /minutes\.txt/ })).toBeVisible();
  }
  expect(await violationsIn(lin)).toEqual([]);
  const download = lin.page.waitForEvent("download");
  await lin
    .message("From this morning")
    .getByRole("link", { name: /minutes\.txt/ })
    .click();
  expect((await download).suggestedFilename()).toBe("minutes.txt");
});

journey("[PF4] pictures open large, one after the other, without a mouse", async ({ join }) => {
  const ada = await join("ada");
  await ada.open("/rooms/general");
  await ada.attach([png("one.png", 900, 600), png("two.png", 300, 900), png("three.png", 40, 40)]);
  await ada.say("Three of them");
  const message = ada.message("Three of them");
  const open = (name: string) => message.getByRole("button", { name: `Open picture ${name}` });
  await open("two.png").focus();
  await ada.page.keyboard.press("Enter");
  await expect(ada.dialog.getByText("2 of 3")).toBeVisible();
  await expect(ada.dialog.getByRole("img", { name: "two.png" })).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await ada.page.keyboard.press("ArrowRight");
  await expect(ada.dialog.getByRole("img", { name: "three.png" })).toBeVisible();
  // There is none after the last one: the arrow stays where it is, and says so.
  await expect(ada.dialog.getByRole("button", { name: "Next picture" })).toBeDisabled();
  await ada.page.keyboard.press("ArrowRight");
  await expect(ada.dialog.getByText("3 of 3")).toBeVisible();
  await ada.page.keyboard.press("ArrowLeft");
  await ada.dialog.getByRole("button", { name: "Previous picture" }).click();
  await expect(ada.dialog.getByRole("button", { name: "Previous picture" })).toBeDisabled();
  await ada.page.keyboard.press("+");
  await expect(ada.dialog.getByRole("button", { name: "Full size" })).toHaveAttribute("aria-pressed", "true");
  const download = ada.page.waitForEvent("download");
  await ada.dialog.getByRole("link", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("one.png");
  await ada.page.keyboard.press("Escape");
  await expect(ada.dialog).toHaveCount(0);
  await expect(open("two.png")).toBeFocused();
});

journey.describe("a server that takes small files only", () => {
  journey.use({ settings: { PARLEY_FILE_LIMIT: "512KiB" } });

  journey("[PF3] what is larger is left out at once, and the reason told", async ({ join }) => {
    const ada = await join("ada");
    await ada.open("/rooms/general");
    const film = { name: "film.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(2 ** 19 + 1) };
    await ada.attach([film, minutes]);
    await expect(ada.page.getByText("film.bin is larger than 512 KiB.")).toBeVisible();
    await expect(ada.page.getByRole("list", { name: "Files to send" }).getByRole("listitem")).toHaveText(
      /minutes\.txt/,
    );
  });
});

journey("[PF3] files are pasted and dropped, cancelled and tried again", async ({ join }) => {
  const ada = await join("ada");
  await ada.open("/rooms/general");
  const give = (event: "paste" | "drop", name: string) =>
    ada.composer.evaluate(
      (field, [type, fileName]) => {
        const data = new DataTransfer();
        data.items.add(new File(["some words"], fileName, { type: "text/plain" }));
        const options = { bubbles: true, cancelable: true };
        if (type === "paste") field.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
        for (const each of type === "drop" ? ["dragover", "drop"] : []) {
          field.dispatchEvent(new DragEvent(each, { ...options, dataTransfer: data }));
        }
      },
      [event, name] as const,
    );
  const tray = ada.page.getByRole("list", { name: "Files to send" });
  await give("paste", "pasted.txt");
  await give("drop", "dropped.txt");
  await expect(tray.getByRole("listitem")).toHaveText([/pasted\.txt/, /dropped\.txt/]);
  await expect(tray.getByText("10 bytes")).toHaveCount(2);
  await tray.getByRole("button", { name: "Remove pasted.txt" }).click();
  await expect(tray.getByRole("listitem")).toHaveCount(1);

  await ada.expecting(/net::ERR_|Failed to load/, async () => {
    await ada.page.route("**/uploads?*", (route) => route.abort());
    await ada.attach([{ name: "late.txt", mimeType: "text/plain", buffer: Buffer.from("late") }]);
    await expect(tray.getByText("The server cannot be reached.")).toBeVisible();
    await ada.page.unroute("**/uploads?*");
  });
  await ada.composer.press("Enter");
  await expect(ada.page.getByText("A file could not be sent.")).toBeVisible();
  await tray.getByRole("button", { name: "Try again: late.txt" }).click();
  await expect(tray.getByText("4 bytes")).toBeVisible();
  await ada.button("Send").click();
  await expect(ada.log.getByRole("link", { name: /late\.txt/ })).toBeVisible();
  await expect(ada.log.getByRole("link", { name: /dropped\.txt/ })).toBeVisible();
  await expect(ada.log.getByRole("link", { name: /pasted\.txt/ })).toHaveCount(0);

  await ada.page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "x.txt"));
    document.body.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer: data }));
  });
  await expect(ada.page.getByText("Drop files to attach them")).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
});

journey("[PF4] pictures have their place before they are loaded, on a phone too", async ({ join }) => {
  const ada = await join("ada");
  await ada.open("/rooms/general");
  await ada.attach([png("wide.png", 1600, 400)]);
  await ada.say("Wide");
  await ada.attach(Array.from({ length: 4 }, (_, n) => png(`${n}.png`, 200 + n * 100, 300)));
  await ada.say("Four");
  await expect(ada.message("Four").getByRole("img")).toHaveCount(4);

  const lin = await join("lin", { ...phone, colorScheme: "dark" });
  const gate = closedGate();
  await lin.page.route("**/thumbnail", async (route) => {
    await gate.opened;
    await route.continue();
  });
  await lin.open("/rooms/general");
  const picture = lin.message("Wide").getByRole("img");
  await expect(lin.log.getByRole("img")).toHaveCount(5);
  await restingTop(picture);
  const boxes = async () => Promise.all((await lin.log.getByRole("img").all()).map((img) => img.boundingBox()));
  const before = await boxes();
  expect(before).toHaveLength(5);
  gate.open();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0)).toBe(true);
  expect(await boxes()).toEqual(before);
  expect(await violationsIn(lin)).toEqual([]);
  await picture.tap();
  await expect(lin.dialog.getByRole("img", { name: "wide.png" })).toBeVisible();
  await lin.dialog.getByRole("button", { name: "Close" }).tap();
});

journey("[PF4] [MS-05] [UP-09] the names of files are text, in the tray and in the talk", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");
  const names = ['<img src=x onerror="alert(1)">.txt', "..\u202egnp.exe", `${"long ".repeat(60)}.txt`];
  await ada.attach(names.map((name) => ({ name, mimeType: "text/html", buffer: Buffer.from("<script>1</script>") })));
  await ada.say("Harmless");
  for (const person of [ada, lin]) {
    const links = person.message("Harmless").getByRole("link");
    await expect(links).toHaveCount(3);
    await expect(person.message("Harmless").getByText('<img src=x onerror="alert(1)">.txt')).toBeVisible();
    await expect(person.log.locator("img")).toHaveCount(0);
    expect(await links.allTextContents()).not.toContainEqual(expect.stringMatching(/[\u202e/]/));
    const overflow = await person.log.evaluate((log) => log.scrollWidth - log.clientWidth);
    expect(overflow).toBe(0);
  }
});

journey(
  "[PF4] recordings play where they are, with the browser's own controls and without a mouse",
  async ({ join }) => {
    const ada = await join("ada");
    const lin = await join("lin", { viewport: { width: 1280, height: 800 } });
    await ada.open("/rooms/general");
    await ada.attach([wav("harbour-bell.wav", 2), await webm(ada.page, "launch.webm")]);
    await ada.say("Listen to this");
    await lin.open("/rooms/general");
    const message = lin.message("Listen to this");
    for (const [tag, name] of [
      ["audio", "harbour-bell.wav"],
      ["video", "launch.webm"],
    ] as const) {
      const player = message.locator(`${tag}[aria-label="${name}"]`);
      await expect(player).toBeVisible();
      await expect(message.getByRole("link", { name: new RegExp(name) })).toBeVisible();
      const before = await player.boundingBox();
      await player.focus();
      await lin.page.keyboard.press("Space");
      await expect
        .poll(() => player.evaluate((media: HTMLMediaElement) => media.currentTime > 0 && media.error === null))
        .toBe(true);
      expect(await player.boundingBox()).toEqual(before);
    }
    expect(await violationsIn(lin)).toEqual([]);
  },
);

journey("[PF3] of several files at once one is cancelled, one tried again, and the rest goes on", async ({ join }) => {
  const ada = await join("ada");
  await ada.open("/rooms/general");
  const text = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) });
  const gate = closedGate();
  await ada.page.route("**/uploads?name=slow*", async (route) => {
    await gate.opened;
    await route.continue().catch(() => {}); // The page has given it up.
  });
  await ada.page.route("**/uploads?name=unlucky*", (route) => route.abort());
  const tray = ada.page.getByRole("list", { name: "Files to send" });
  await ada.expecting(/net::ERR_|Failed to load/, async () => {
    const chooser = ada.page.waitForEvent("filechooser");
    await ada.button("Attach files").click();
    await (await chooser).setFiles(["slow.txt", "unlucky.txt", "first.txt", "second.txt"].map(text));
    await expect(tray.getByText("The server cannot be reached.")).toBeVisible();
    await expect(tray.getByText("9 bytes")).toBeVisible();
    await expect(tray.getByText("10 bytes")).toBeVisible();
    await expect(tray.getByRole("progressbar", { name: "Sending slow.txt" })).toBeVisible();
    await ada.composer.fill("All of them");
    await ada.composer.press("Enter");
    await expect(ada.composer).toHaveValue("All of them");
    await tray.getByRole("button", { name: "Cancel slow.txt" }).click();
    gate.open();
    await ada.page.unroute("**/uploads?name=unlucky*");
  });
  await tray.getByRole("button", { name: "Try again: unlucky.txt" }).click();
  await expect(tray.getByText("11 bytes")).toBeVisible();
  await ada.composer.press("Enter");
  await expect(ada.message("All of them").getByRole("link")).toHaveText([/unlucky/, /first/, /second/]);
});

journey.describe("at a time of its own", () => {
  journey.use({ clock: new Date("2026-03-02T10:00:00Z") });

  journey("[FI6] files of a draft that is given up do not stay on the server", async ({ join, server }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    const text = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) });
    await ada.open("/rooms/general");
    await ada.attach([text("kept.txt")]);
    await ada.say("With a file");
    await ada.attach([text("removed.txt"), text("given-up.txt")]);
    await expect.poll(() => server.files()).toHaveLength(3);
    await ada.button("Remove removed.txt").click();
    await expect.poll(() => server.files()).toHaveLength(2);

    // Signing out gives up what is written, and its files at once.
    await ada.button("Settings").click();
    await ada.dialog.getByRole("button", { name: "Sign out" }).click();
    await expect(ada.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expect.poll(() => server.files()).toHaveLength(1);

    // A browser that is closed cannot tell: its files go a day later.
    await lin.open("/rooms/general");
    await lin.attach([text("forgotten.txt")]);
    await expect.poll(() => server.files()).toHaveLength(2);
    await lin.context.close();
    await server.kill("SIGTERM");
    server.setClock(new Date("2026-03-03T11:00:00Z"));
    await server.resume();
    await expect.poll(() => server.files()).toHaveLength(1);
  });
});

/** Something to wait at until it is opened. */
function closedGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
