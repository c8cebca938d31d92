import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";

const plan = { name: "plan.bin", mimeType: "", buffer: Buffer.from([0, 1, 2]) };
const minutes = { name: "minutes.txt", mimeType: "text/plain", buffer: Buffer.from("All agreed.\n") };

journey("[PF3] [PF4] files go along with a message, and the other has them at once", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");

  const picker = ada.page.waitForEvent("filechooser");
  await ada.button("Attach files").click();
  await (await picker).setFiles([plan, minutes]);
  const tray = ada.page.getByRole("list", { name: "Files to send" });
  await expect(tray.getByRole("listitem")).toHaveCount(2);
  await expect(tray.getByRole("progressbar")).toHaveCount(0);
  await expect(tray.getByText("12 bytes")).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await ada.say("From this morning");
  await expect(tray).toHaveCount(0);

  for (const person of [ada, lin]) {
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
