import { expect, journey } from "./journey.ts";
import { password } from "./visitor.ts";

journey("a new name is seen by the others at once", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await lin.send("general", "Morning, all");
  await lin.open("/rooms/general");
  await ada.open("/rooms/general/details");
  await expect(ada.message("Morning, all")).toContainText("Lin Ortega");
  await lin.button("Settings").click();
  const save = lin.dialog.getByRole("region", { name: "You", exact: true }).getByRole("button", { name: "Save" });
  await lin.dialog.getByLabel("Your name").fill("");
  await save.click();
  await expect(lin.dialog.getByText("Enter the name that others will see.")).toBeVisible();
  await lin.dialog.getByLabel("Your name").fill("Captain Ortega");
  await save.click();
  await expect(lin.page.getByText("Saved", { exact: true })).toBeVisible();
  await expect(ada.message("Morning, all")).toContainText("Captain Ortega");
  await expect(ada.details.getByText("Captain Ortega")).toBeVisible();
  await expect(lin.message("Morning, all")).toContainText("Captain Ortega");
  await expect(lin.page.getByRole("complementary", { name: "Workspace" })).toContainText("Captain Ortega");
});

journey("a chosen look survives a reload", async ({ join }) => {
  const ada = await join("ada", { colorScheme: "light" });
  await ada.open("/rooms/general");
  const lightness = () =>
    ada.page.evaluate(() => {
      const [red = 0, green = 0, blue = 0] = (() => {
        const context = new OffscreenCanvas(1, 1).getContext("2d");
        if (!context) return [];
        context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
        context.fillRect(0, 0, 1, 1);
        return context.getImageData(0, 0, 1, 1).data;
      })();
      return (red + green + blue) / (3 * 255);
    });
  expect(await lightness()).toBeGreaterThan(0.9);
  await ada.page.emulateMedia({ colorScheme: "dark" });
  expect(await lightness()).toBeLessThan(0.2);
  await ada.button("Settings").click();
  await ada.dialog.getByRole("radio", { name: "Light" }).check();
  expect(await lightness()).toBeGreaterThan(0.9);
  await ada.page.reload();
  await expect(ada.composer).toBeVisible();
  expect(await lightness()).toBeGreaterThan(0.9);
  await ada.button("Settings").click();
  await expect(ada.dialog.getByRole("radio", { name: "Light" })).toBeChecked();
  await ada.dialog.getByRole("radio", { name: "Dark" }).check();
  await ada.page.emulateMedia({ colorScheme: "light" });
  expect(await lightness()).toBeLessThan(0.2);
});

journey("signing out, and signing in again where one was", async ({ join }) => {
  const ada = await join("ada");
  await ada.open("/rooms/general");
  await ada.composer.fill("A thought not finished");
  await ada.button("Settings").click();
  await ada.dialog.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(ada.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await ada.open("/rooms/general/details");
  await expect(ada.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await ada.page.getByLabel("User name or e-mail").fill("ADA");
  await ada.page.getByLabel("Password", { exact: true }).fill("not this one");
  await ada.expecting(/status of 401/, async () => {
    await ada.button("Sign in").click();
    await expect(ada.page.getByLabel("Password", { exact: true })).toBeFocused();
  });
  await expect(ada.page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/\w+/);
  await ada.page.getByLabel("Password", { exact: true }).fill(password);
  await ada.button("Sign in").click();
  await expect(ada.details).toBeVisible();
  await expect(ada.composer).toHaveValue("");
});

journey("a session that is ended from elsewhere is over at once", async ({ arrive, join }) => {
  const here = await join("ada");
  const there = await arrive();
  await there.signIn("ada");
  await here.open("/rooms/general");
  await there.open("/rooms/general");
  await expect(there.composer).toBeVisible();
  await here.button("Settings").click();
  const sessions = here.dialog.getByRole("region", { name: "Where you are signed in" }).getByRole("listitem");
  await expect(sessions).toHaveCount(2);
  await expect(sessions.filter({ hasText: "This session" })).toHaveCount(1);
  await here.dialog.getByRole("button", { name: "Sign out there" }).click();
  await expect(there.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(sessions).toHaveCount(1);
  await here.dialog.getByRole("button", { name: "Close" }).click();
  await here.say("Still here");
  await expect(here.message("Still here")).toBeVisible();

  // Signed in again, that browser goes on where it was.
  await there.page.getByLabel("User name or e-mail").fill("ada");
  await there.page.getByLabel("Password", { exact: true }).fill(password);
  await there.button("Sign in").click();
  await expect(there.message("Still here")).toBeVisible();
});

journey("the owner decides who may come in", async ({ arrive, join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open();
  await ada.button("Settings").click();
  await ada.dialog.getByLabel("Workspace name").fill("Harbour Makers");
  await ada.dialog.getByRole("radio", { name: "Closed" }).check();
  const workspace = ada.dialog.getByRole("region", { name: "Workspace" });
  await workspace.getByRole("button", { name: "Save" }).click();
  await expect(ada.page.getByText("Saved", { exact: true })).toBeVisible();

  const stranger = await arrive();
  await stranger.open();
  await expect(stranger.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(stranger.page.getByText("Harbour Makers")).toBeVisible();
  await expect(stranger.page.getByRole("link", { name: "Create an account" })).toHaveCount(0);
  await stranger.open("/sign-up");
  await expect(stranger.page.getByRole("heading", { name: "No new accounts for now" })).toBeVisible();
  await expect(stranger.page.getByLabel("Password")).toHaveCount(0);

  await workspace.getByRole("radio", { name: "By invite" }).check();
  await workspace.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => stranger.api("GET", "/start")).toMatchObject({ workspace: { signUp: "invite" } });
  await stranger.page.reload();
  await expect(stranger.page.getByRole("heading", { name: "You need an invite" })).toBeVisible();

  await lin.open();
  await expect(lin.page.getByRole("heading", { name: "Harbour Makers" })).toBeVisible();
  await lin.button("Settings").click();
  await expect(lin.dialog.getByText("This session")).toBeAttached();
  await expect(lin.dialog.getByRole("region", { name: "Workspace" })).toHaveCount(0);
});
