import type { BrowserContextOptions } from "@playwright/test";
import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone } from "./visitor.ts";

const desktop = { viewport: { width: 1280, height: 800 } };
const looks: readonly (readonly [string, BrowserContextOptions])[] = [
  ["light, on a desk", { ...desktop, colorScheme: "light" }],
  ["dark, on a desk", { ...desktop, colorScheme: "dark" }],
  ["high contrast, on a desk", { ...desktop, contrast: "more" }],
  ["light, on a phone", { ...phone, colorScheme: "light" }],
  ["dark, on a phone", { ...phone, colorScheme: "dark" }],
];

for (const [look, options] of looks) {
  const isPhone = options.isMobile === true;

  journey(`everyone can use every screen (${look})`, async ({ server, arrive }) => {
    const ada = await arrive({ ...options, reducedMotion: "reduce" });
    const found: Record<string, readonly string[]> = {};
    const check = async (screen: string) => {
      const violations = await violationsIn(ada);
      if (violations.length > 0) found[screen] = violations;
    };
    const heading = (name: string | RegExp) =>
      expect(ada.page.getByRole("heading", { name }).filter({ visible: true }).first()).toBeVisible();
    const closeDialog = async () => {
      await ada.page.keyboard.press("Escape");
      await expect(ada.dialog).toHaveCount(0);
    };

    // Who is not signed in.
    await ada.open();
    await heading("Set up your workspace");
    await check("first run");
    await ada.button("Create workspace").click();
    await expect(ada.page.getByText("Give your workspace a name.")).toBeVisible();
    await check("first run with what is missing");
    const lin = await arrive();
    const owner = await arrive();
    await owner.signUp("yuki");
    await lin.signUp("lin");
    await owner.api("PATCH", "/workspace", { name: "Harbour Makers" });
    await ada.open("/sign-in");
    await heading("Sign in");
    await check("sign-in");
    await ada.open("/sign-up");
    await heading("Create your account");
    await check("sign-up");
    const committee = await owner.createRoom("committee", { kind: "private", description: "Money and moorings" });
    const invite = await owner.api<{ code: string }>("POST", `/rooms/${committee.id}/invites`, {});
    await ada.open(`/invite/${invite.code}`);
    await heading("Join committee");
    await check("invite");
    await ada.expecting(/status of 404/, async () => {
      await ada.open("/invite/unknown-code");
      await heading("This invite does not work any more");
    });
    await check("unusable invite");
    for (const [signUp, title] of [
      ["closed", "No new accounts for now"],
      ["invite", "You need an invite"],
    ] as const) {
      await owner.api("PATCH", "/workspace", { signUp });
      await ada.open("/sign-up");
      await heading(title);
      await check(`sign-up when it is ${signUp}`);
    }

    // Who is: as the owner, so that nothing is hidden.
    await ada.signIn("yuki");
    const [own, other] = ["Mine", "Theirs"];
    await ada.createRoom("photos", { description: "Nothing but boats" });
    await lin.createRoom("tools-and-parts", { description: "Who has the big clamps?" });
    await lin.send("general", other, "And a list at https://example.org/list", "Not for long");
    await ada.send("general", own, "A second line");
    await lin.api("DELETE", "/rooms/general/messages/3");
    await ada.api("PATCH", "/rooms/general/messages/5", { content: "A second line, better" });

    await ada.open("/");
    if (isPhone) {
      await expect(ada.rooms.getByRole("link", { name: "photos" })).toBeVisible();
      await check("rooms");
    }
    await ada.open("/rooms/photos");
    await expect(ada.log.getByText("Nothing has been said here yet.")).toBeVisible();
    await check("empty room");
    await ada.open("/rooms/general");
    await expect(ada.message("A second line, better")).toBeVisible();
    await lin.open("/rooms/general");
    await lin.composer.pressSequentially("Typ");
    await expect(ada.page.getByText("Lin Ortega is typing")).toBeVisible();
    await check("room");
    if (!isPhone) {
      await ada.message("Mine").hover();
      await expect(ada.message("Mine").getByRole("button", { name: "Delete" })).toBeVisible();
      await check("bar on a message");
      await ada.message("Mine").getByRole("button", { name: "Delete" }).click();
      await heading("Delete this message?");
      await check("question before deleting");
      await closeDialog();
    }
    await ada.composer.press("ArrowUp");
    await expect(ada.page.getByRole("textbox", { name: "Edit message" })).toBeVisible();
    await check("editing");
    await ada.button("Cancel").click();

    await ada.open("/rooms/general/details");
    await expect(ada.page.getByText("@lin")).toBeVisible();
    await check("details");
    await ada.button("Edit details").click();
    await expect(ada.page.getByLabel("Address")).toBeVisible();
    await check("editing the details");
    await ada.button("Cancel").click();
    await ada.button("Make an invite link").click();
    await heading("New invite link");
    await check("new invite link");
    await ada.dialog.getByRole("button", { name: "Make link" }).click();
    await expect(ada.button("Copy")).toBeVisible();
    await check("details with an invite link");
    await ada.button("Leave room").click();
    await heading("Leave general?");
    await check("question before leaving");
    await closeDialog();

    await ada.open("/browse");
    await expect(ada.button(/^Join/)).toBeVisible();
    await check("browsing");
    await ada.page.getByRole("searchbox").fill("nothing like it");
    await expect(ada.page.getByText("No room has these words.")).toBeVisible();
    await check("browsing in vain");
    await ada.open("/rooms/tools-and-parts");
    await expect(ada.button("Join")).toBeVisible();
    await check("room to join");
    await ada.open("/rooms/nowhere");
    await heading("There is nothing here");
    await check("nothing here");
    await ada.open("/");
    await ada.button("Create a room").click();
    await heading("Create a room");
    await check("creating a room");
    await closeDialog();
    await ada.button("Settings").click();
    await expect(ada.dialog.getByText("This session")).toBeAttached();
    await check("settings");
    await closeDialog();

    // Who has lost the server.
    const lost = /net::ERR_|WebSocket connection to/;
    await ada.open("/rooms/general");
    await expect(ada.message("A second line, better")).toBeVisible();
    await lin.context.close();
    await ada.expecting(lost, async () => {
      await server.kill("SIGKILL");
      await ada.composer.fill("Into the void");
      await (isPhone ? ada.button("Send").click() : ada.composer.press("Enter"));
      await expect(ada.page.getByText("No connection. Trying again")).toBeVisible();
      await expect(ada.message("Into the void").getByText("Sending")).toBeVisible();
      await check("no connection");
      await server.resume();
      await expect(ada.page.getByText("Sending")).toHaveCount(0, { timeout: 20_000 });
    });
    expect(found).toEqual({});
  });
}
