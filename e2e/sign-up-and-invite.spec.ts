import { expect, journey } from "./journey.ts";
import { password, type Visitor } from "./visitor.ts";

const clipboard = { permissions: ["clipboard-read", "clipboard-write"] };
const readClipboard = ({ page }: Visitor) => page.evaluate(() => navigator.clipboard.readText());

journey("from an empty server to two people in a private room", async ({ server, arrive }) => {
  const ada = await arrive(clipboard);
  await ada.open();
  await expect(ada.page.getByRole("heading", { name: "Set up your workspace" })).toBeVisible();
  await ada.button("Create workspace").click();
  await expect(ada.page.getByText("Give your workspace a name.")).toBeVisible();
  await ada.page.getByLabel("Workspace name").fill("Harbour Makers");
  await ada.page.getByLabel("Your name").fill("Ada Lindqvist");
  await expect(ada.page.getByLabel("User name")).toHaveValue("ada.lindqvist");
  await ada.page.getByLabel("Password", { exact: true }).fill("short");
  await ada.button("Create workspace").click();
  await expect(ada.page.getByLabel("Password", { exact: true })).toBeFocused();
  await expect(ada.page.getByText("Use at least 8 characters.")).toBeVisible();
  await ada.page.getByLabel("Password", { exact: true }).fill(password);
  await ada.button("Create workspace").click();
  await expect(ada.title).toHaveText("general");
  await expect(ada.page.getByRole("heading", { name: "Harbour Makers" })).toBeVisible();

  await ada.button("Create a room").click();
  await ada.dialog.getByLabel("Name", { exact: true }).fill("Committee");
  await ada.dialog.getByLabel("Description").fill("Money and moorings");
  await ada.dialog.getByRole("radio", { name: "Private" }).check();
  await ada.dialog.getByRole("button", { name: "Create room" }).click();
  await expect(ada.title).toHaveText("Committee");
  expect(ada.path).toBe("/rooms/committee");
  await ada.say("Is anyone here?");

  await ada.button("Room details").click();
  await ada.details.getByRole("button", { name: "Make an invite link" }).click();
  await ada.dialog.getByRole("button", { name: "Make link" }).click();
  await expect(ada.dialog).toHaveCount(0);
  await expect(ada.details.getByText("Used 0 times.")).toBeVisible();
  await ada.details.getByRole("button", { name: "Copy" }).click();
  await expect(ada.page.getByText("Invite link copied", { exact: true })).toBeVisible();
  const link = await readClipboard(ada);
  expect(link).toMatch(new RegExp(`^${server.url}/invite/[A-Za-z0-9_-]{8,}$`));

  const lin = await arrive();
  await lin.page.goto(link);
  await expect(lin.page.getByRole("heading", { name: "Join Committee" })).toBeVisible();
  await expect(lin.page.getByText("Ada Lindqvist invites you to the room Committee.")).toBeVisible();
  await expect(lin.page.getByText("Money and moorings")).toBeVisible();
  await lin.page.getByRole("link", { name: "Create an account" }).click();
  await lin.page.getByLabel("Your name").fill("Lin Ortega");
  await lin.page.getByLabel("Password", { exact: true }).fill(password);
  await lin.button("Create account").click();
  await expect(lin.title).toHaveText("Committee");
  await expect(lin.message("Is anyone here?")).toBeVisible();

  await lin.say("I am.");
  await expect(ada.message("I am.")).toContainText("Lin Ortega");
  await ada.say("Welcome aboard");
  await expect(lin.message("Welcome aboard")).toBeVisible();
  await expect(ada.details.getByRole("heading", { name: "2 members" })).toBeVisible();
  await expect(ada.details.getByText("@lin.ortega")).toBeVisible();
  await expect(lin.rooms.getByRole("link", { name: "general" })).toBeVisible();
});

journey("members read the details of a room, and change nothing", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open("/rooms/general/details");
  await lin.open("/rooms/general/details");
  await expect(lin.details.getByRole("heading", { name: "2 members" })).toBeVisible();
  await expect(lin.details.getByText("Ada Lindqvist")).toBeVisible();
  await expect(lin.details.getByText("Owner")).toBeVisible();
  await expect(lin.details.getByRole("button", { name: "Leave room" })).toBeVisible();
  await expect(lin.details.getByRole("heading", { name: "Invite link" })).toHaveCount(0);
  await expect(lin.details.getByRole("button", { name: "Edit details" })).toHaveCount(0);
  await expect(lin.details.getByRole("button", { name: "Delete room" })).toHaveCount(0);

  await ada.details.getByRole("button", { name: "Edit details" }).click();
  await ada.details.getByLabel("Name", { exact: true }).fill("The slipway");
  await ada.details.getByLabel("Description").fill("Whatever concerns everyone");
  await ada.details.getByLabel("Address").fill("slipway");
  await ada.details.getByRole("button", { name: "Save" }).click();
  await expect(lin.title).toHaveText("The slipway");
  await expect(lin.details.getByText("Whatever concerns everyone")).toBeVisible();
  await expect(lin.rooms.getByRole("link", { name: "The slipway" })).toBeVisible();
  await expect.poll(() => lin.path).toBe("/rooms/slipway/details");
});

journey("an invite link is renewed, used up and taken back", async ({ arrive, join }) => {
  const ada = await join("ada", clipboard);
  await ada.createRoom("Committee", { kind: "private" });
  await ada.open("/rooms/committee/details");
  await ada.details.getByRole("button", { name: "Make an invite link" }).click();
  await ada.dialog.getByRole("button", { name: "Make link" }).click();
  await expect(ada.page.getByText("New invite link copied")).toBeVisible();
  const first = await readClipboard(ada);

  await ada.details.getByRole("button", { name: "New link" }).click();
  await expect(ada.dialog.getByText("The link you have now stops working.")).toBeVisible();
  await ada.dialog.getByRole("radio", { name: "7 days" }).check();
  await ada.dialog.getByLabel("How many people may use it").fill("none");
  await ada.dialog.getByRole("button", { name: "Make link" }).click();
  await expect(ada.dialog.getByText("Enter a number from 1 to 100,000, or nothing.")).toBeVisible();
  await ada.dialog.getByLabel("How many people may use it").fill("1");
  await ada.dialog.getByRole("button", { name: "Make link" }).click();
  await expect(ada.details.getByText(/Used 0 of 1 times?\. Works until/)).toBeVisible();
  await expect.poll(() => readClipboard(ada)).not.toBe(first);
  const second = await readClipboard(ada);

  const notFound = /status of 404/;
  const gone = "This invite does not work any more";
  const stranger = await arrive();
  await stranger.expecting(notFound, async () => {
    await stranger.page.goto(first);
    await expect(stranger.page.getByRole("heading", { name: gone })).toBeVisible();
    await expect(stranger.page.getByText("Ask whoever sent it for a new one.")).toBeVisible();
  });

  const lin = await join("lin");
  await lin.page.goto(second);
  await lin.button("Join").click();
  await expect(lin.title).toHaveText("Committee");
  await stranger.expecting(notFound, async () => {
    await stranger.page.goto(second);
    await expect(stranger.page.getByRole("heading", { name: gone })).toBeVisible();
  });
  await stranger.page.getByRole("link", { name: "Sign in" }).click();
  await expect(stranger.page.getByRole("heading", { name: "Sign in" })).toBeVisible();

  // The open details know that the link is used up.
  await ada.details.getByRole("button", { name: "Make an invite link" }).click();
  await ada.dialog.getByRole("button", { name: "Make link" }).click();
  await expect(ada.details.getByText("Used 0 times.")).toBeVisible();
  await expect.poll(() => readClipboard(ada)).not.toBe(second);
  const third = await readClipboard(ada);
  await ada.details.getByRole("button", { name: "Take back" }).click();
  await expect(ada.details.getByText("There is no link yet.")).toBeVisible();
  const sam = await join("sam");
  await sam.expecting(notFound, async () => {
    await sam.page.goto(third);
    await expect(sam.page.getByRole("heading", { name: gone })).toBeVisible();
  });
  await sam.page.getByRole("link", { name: "Go to your rooms" }).click();
  await expect(sam.title).toHaveText("general");
});
