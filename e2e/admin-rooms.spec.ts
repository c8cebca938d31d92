import { expect, journey } from "./journey.ts";

journey("[AD7] the owner looks after rooms and invites", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  const room = await lin.createRoom("Surprise", { kind: "private" });
  await lin.api("POST", `/rooms/${room.id}/invites`, {});
  await ada.open("/admin/invites");
  await ada.button("Revoke an invite to Surprise").click();
  await ada.dialog.getByRole("button", { name: "Revoke" }).click();
  await expect(ada.page.getByText("No invite is open.")).toBeVisible();
  await ada.page.getByRole("link", { name: "Rooms", exact: true }).click();
  await ada.button("Manage Surprise").click();
  await ada.dialog.getByRole("button", { name: "Delete room" }).click();
  await ada.page.getByRole("dialog", { name: "Delete Surprise?" }).getByRole("button", { name: "Delete room" }).click();
  await expect(ada.page.getByRole("list", { name: "Rooms" }).last().getByText("Surprise")).toHaveCount(0);
  await expect(ada.dialog).toHaveCount(0);
});

journey(
  "[AD7] a room whose owner is deactivated is renamed, archived, used again and given to a member",
  async ({ join }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    const sam = await join("sam");
    const room = await lin.createRoom("Surprise", { kind: "private" });
    const { code } = await lin.api<{ code: string }>("POST", `/rooms/${room.id}/invites`, {});
    await sam.api("POST", `/invites/${code}/redemptions`);
    await sam.open(`/rooms/${room.slug}`);
    await expect(sam.composer).toBeVisible();
    const { id } = await lin.api<{ id: string }>("GET", "/me");
    await ada.api("PUT", `/admin/users/${id}/deactivation`);
    await ada.open("/admin/rooms");
    const row = ada.page.getByRole("listitem").filter({ hasText: "Nobody owns it" });
    await row.getByRole("button", { name: "Manage Surprise" }).click();
    await ada.dialog.getByLabel("Name").fill("Cake");
    await ada.dialog.getByRole("button", { name: "Save" }).click();
    await expect(ada.dialog.getByText("Saved")).toBeVisible();
    await expect(sam.title).toHaveText("Cake");
    const ask = (title: string, act: string) =>
      ada.page.getByRole("dialog", { name: title }).getByRole("button", { name: act }).click();
    await ada.dialog.getByRole("button", { name: "Archive room" }).click();
    await ask("Archive Cake?", "Archive room");
    await expect(sam.page.getByText("This room is archived.")).toBeVisible();
    await ada.dialog.getByRole("button", { name: "Use it again" }).click();
    await expect(sam.composer).toBeVisible();
    await ada.dialog.getByRole("button", { name: "Make owner Sam Meyer" }).click();
    await ask("Hand over Cake?", "Hand over");
    await expect(ada.dialog.getByText("@sam · Owner")).toBeVisible();
    await expect(ada.dialog.getByText("@lin · Admin")).toBeVisible();
    await expect(ada.dialog.getByRole("button", { name: /Make owner/ })).toHaveCount(0);
    await ada.page.keyboard.press("Escape");
    // The focus is where it was, and the list tells what is now.
    await expect(ada.button("Manage Cake")).toBeFocused();
    await expect(ada.page.getByText("Owned by Sam Meyer")).toBeVisible();
    await sam.open(`/rooms/${room.slug}/details`);
    await expect(sam.button("Edit details")).toBeVisible();
  },
);
