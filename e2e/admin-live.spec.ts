import { expect, journey } from "./journey.ts";
import { png } from "./pictures.ts";

journey("[AD3] [TD6] who is made an admin, and is no more, sees it at once", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await lin.open("/rooms/general");
  await lin.button("Settings").click();
  const way = lin.dialog.getByRole("link", { name: "Open the admin area" });
  await expect(lin.dialog.getByLabel("Status")).toBeVisible();
  await expect(way).toHaveCount(0);

  await ada.open("/admin/people");
  await ada.button("Manage Lin Ortega").click();
  const role = (name: string) => ada.dialog.getByRole("radio", { name: new RegExp(`^${name}`) });
  await role("Admin").check();
  await expect(way).toBeVisible();
  await way.click();
  const area = lin.page.getByRole("navigation", { name: "Admin area" });
  await area.getByRole("link", { name: "People", exact: true }).click();
  await expect(lin.page.getByText("Owner · 1 session", { exact: false })).toBeVisible();
  // Of an owner an admin changes nothing.
  await lin.button("Manage Ada Lindqvist").click();
  await expect(lin.dialog.getByText("Only owners look after admins and owners.")).toBeVisible();
  await expect(lin.dialog.getByRole("radio")).toHaveCount(0);

  await role("Member").check();
  await expect(lin.page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await expect(lin.dialog).toHaveCount(0);
  await expect(area).toHaveCount(0);
});

journey(
  "[AV4] [PF5] the workspace's picture is cropped, seen at once by everyone, and taken away",
  async ({ join, arrive }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    await lin.open("/rooms/general");
    await expect(lin.composer).toBeVisible();
    const seen = lin.page.locator(".mark img");
    await expect(seen).toHaveCount(0);
    await ada.open("/admin/settings");
    const chooser = ada.page.waitForEvent("filechooser");
    await ada.button("Choose picture").click();
    await (await chooser).setFiles(png("anchor.png", 600, 400));
    const crop = ada.page.getByRole("dialog", { name: "Choose the part to keep" });
    await crop.getByRole("button", { name: "Save picture" }).click();
    await expect(crop).toHaveCount(0);
    await expect.poll(() => seen.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(256);
    const guest = await arrive();
    await guest.open("/sign-in");
    await expect(guest.page.locator(".mark img")).toBeVisible();
    await ada.button("Remove").click();
    await expect(seen).toHaveCount(0);
    await expect(ada.button("Choose picture")).toBeFocused();
  },
);
