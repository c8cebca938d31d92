import { expect } from "../journey.ts";
import { png } from "../pictures.ts";
import { password } from "../visitor.ts";
import { type Act, heading, openSettings, type Screen } from "./screen.ts";

/** A part of the settings, at the top of what can be seen. */
const part = (name: string): Screen => ({
  name: `settings: ${name.toLowerCase()}`,
  async open(scene) {
    await openSettings(scene);
    const title = scene.ada.dialog.getByRole("heading", { name, exact: true });
    await title.evaluate((node) => node.scrollIntoView({ block: "start" }));
  },
});

/** One's own settings. */
export const you: Act = {
  name: "you",
  async prepare({ ada }) {
    await ada.context.grantPermissions(["notifications"]);
    await ada.api("PATCH", "/workspace", { name: "Harbour Makers" });
    await ada.api("PATCH", "/me", { status: "In the boat shed" });
    await ada.api("PUT", "/me/email", { email: "ada@example.org", password });
  },
  screens: [
    { name: "settings", shows: ["Settings", "WorkspaceSettings"], open: openSettings },
    ...["Look", "Notifications", "Reading", "Workspace", "Password", "Where you are signed in"].map(part),
    {
      name: "settings, not accepted",
      async open(scene) {
        await openSettings(scene);
        await scene.ada.dialog.getByLabel("Your name").fill("");
        await scene.ada.dialog.getByRole("button", { name: "Save" }).first().click();
        await expect(scene.ada.dialog.getByText("Enter the name that others will see.")).toBeVisible();
      },
    },
    {
      name: "a dialog that could not be loaded",
      shows: ["part"],
      expects: /net::ERR_|Failed to load/,
      async open({ ada, isPhone }) {
        await ada.page.route(/CreateRoom/, (route) => route.abort());
        await ada.open(isPhone ? "/" : "/rooms/general");
        await ada.button("Create a room").click();
        await expect(ada.dialog.getByText("This part could not be loaded.")).toBeVisible();
      },
      leave: ({ ada }) => ada.page.unroute(/CreateRoom/),
    },
    {
      name: "a page that could not be loaded",
      expects: /net::ERR_|Failed to load/,
      async open({ ada }) {
        await ada.page.route(/Unread-/, (route) => route.abort());
        await ada.open("/unread");
        await ada.button("Try again").click();
        await expect(ada.button("Load the page again")).toBeVisible();
      },
      leave: ({ ada }) => ada.page.unroute(/Unread-/),
    },
    {
      name: "cropping a picture",
      shows: ["CropPicture"],
      async open(scene) {
        await openSettings(scene);
        const chooser = scene.ada.page.waitForEvent("filechooser");
        await scene.ada.dialog.getByRole("button", { name: "Choose picture" }).first().click();
        await (await chooser).setFiles(png("me.png", 900, 600));
        await heading(scene.ada, "Choose the part to keep");
        await expect(scene.ada.page.getByRole("application")).toBeVisible();
      },
    },
  ],
};

/** Looking after the workspace. */
export const admin: Act = {
  name: "admin",
  async prepare({ ada, lin }) {
    await ada.api("PATCH", "/workspace", { name: "Harbour Makers" });
    await lin.api("PUT", "/me/email", { email: "lin@example.org", password });
    const room = await lin.createRoom("Surprise", { kind: "private" });
    await lin.api("POST", `/rooms/${room.id}/invites`, {});
  },
  screens: [
    {
      name: "people",
      shows: ["Admin"],
      async open({ ada }) {
        await ada.open("/admin/people");
        await expect(ada.page.getByText("@lin")).toBeVisible();
      },
    },
    {
      name: "adding someone",
      shows: ["AddUser"],
      async open({ ada }) {
        await ada.open("/admin/people");
        await ada.button("Add a person").click();
        await ada.dialog.getByRole("button", { name: "Add", exact: true }).click();
        await expect(ada.dialog.locator("[aria-invalid]").first()).toBeVisible();
      },
    },
    {
      name: "managing someone",
      shows: ["ManageUser"],
      async open({ ada }) {
        await ada.open("/admin/people");
        await ada.button("Manage Lin Ortega").click();
        await ada.button("Make a reset link").click();
        await expect(ada.dialog.getByLabel("Reset link")).toBeVisible();
      },
    },
    {
      name: "question before making someone an owner",
      async open({ ada }) {
        await ada.open("/admin/people");
        await ada.button("Manage Lin Ortega").click();
        await ada.dialog.getByRole("radio", { name: /^Owner/ }).check();
        await heading(ada, "Make Lin Ortega an owner?");
      },
    },
    {
      name: "question before deactivating",
      async open({ ada }) {
        await ada.open("/admin/people");
        await ada.button("Manage Lin Ortega").click();
        await ada.button("Deactivate").click();
        await heading(ada, "Deactivate Lin Ortega?");
      },
    },
    {
      name: "rooms",
      shows: ["Rooms"],
      async open({ ada }) {
        await ada.open("/admin/rooms");
        await expect(ada.page.getByText("Owned by Lin Ortega")).toBeVisible();
      },
    },
    {
      name: "managing a room",
      shows: ["ManageRoom"],
      async open({ ada }) {
        await ada.open("/admin/rooms");
        await ada.button("Manage Surprise").click();
        await expect(ada.dialog.getByText("Lin Ortega").first()).toBeVisible();
      },
    },
    {
      name: "question before deleting a room",
      async open({ ada }) {
        await ada.open("/admin/rooms");
        await ada.button("Manage Surprise").click();
        await ada.button("Delete room").click();
        await heading(ada, "Delete Surprise?");
      },
    },
    {
      name: "invites",
      shows: ["Invites"],
      async open({ ada }) {
        await ada.open("/admin/invites");
        await expect(ada.button("Revoke an invite to Surprise")).toBeVisible();
      },
    },
    {
      name: "question before revoking an invite",
      async open({ ada }) {
        await ada.open("/admin/invites");
        await ada.button("Revoke an invite to Surprise").click();
        await expect(ada.dialog.getByRole("button", { name: "Revoke" })).toBeVisible();
      },
    },
    ...(["settings", "overview", "audit"] as const).map((section) => ({
      name: section,
      async open({ ada }: { readonly ada: import("../visitor.ts").Visitor }) {
        await ada.open(`/admin/${section}`);
        await heading(ada, "Admin area");
        await expect(ada.page.locator(".admin").getByText(/\w/).last()).toBeVisible();
      },
    })),
  ],
};
