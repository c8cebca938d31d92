import { expect } from "../journey.ts";
import { png } from "../pictures.ts";
import { wav } from "../recordings.ts";
import { type Act, actOn, heading, openSettings, type Scene, type Screen } from "./screen.ts";

const text = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from("All agreed.\n") });

/** What a browser says while there is no network. */
const lost = /net::ERR_|WebSocket|Failed to load/;

async function openGeneral({ ada }: Scene): Promise<void> {
  await ada.open("/rooms/general");
  await expect(ada.message("Perfect, thank you both.")).toBeInViewport();
  await expect(ada.log).toHaveAttribute("aria-busy", "false");
}

/** A question about a message, opened from it. */
const question = (name: string, shows: string, on: string, act: string, seen: string | RegExp): Screen => ({
  name,
  shows: [shows],
  async open(scene) {
    await openGeneral(scene);
    await actOn(scene, on, act);
    await expect(scene.ada.dialog.getByText(seen).first()).toBeVisible();
  },
});

/** Reading and writing in rooms. */
export const talk: Act = {
  name: "talk",
  async prepare({ ada, lin }) {
    await ada.api("PATCH", "/workspace", { name: "Harbour Makers" });
    await ada.createRoom("empty", { description: "Nothing has been said here" });
    await lin.send("general", "Could everyone look at the list?", "It is at https://example.org/harbour/list of May.");
    await ada.send("general", "I will, tonight", "Not for long", "A second line");
    await lin.send("general", "Thank you, @ada ❤️", "🎉🎉", "مرحبا، كيف حال القارب؟", "x".repeat(200));
    await ada.send("general", Array.from({ length: 45 }, (_, n) => `${n + 1}. another thing to bring`).join("\n"));
    await ada.api("DELETE", "/rooms/general/messages/4");
    await ada.api("PATCH", "/rooms/general/messages/5", { content: "A second line, better" });
    for (const emoji of ["👍", "🎉", "❤️"]) {
      const path = `/rooms/general/messages/3/reactions/${encodeURIComponent(emoji)}`;
      await lin.api("PUT", path);
      if (emoji === "👍") await ada.api("PUT", path);
    }
    await ada.open("/rooms/general");
    await ada.attach([
      png("harbour.png", 1200, 800),
      png("mast.png", 500, 900),
      text("minutes.txt"),
      wav("bell.wav", 1),
    ]);
    await ada.composer.fill("From this morning");
    await ada.button("Send").click();
    await ada.attach([png("alone.png", 900, 500)]);
    await ada.composer.fill("And one of the shed");
    await ada.button("Send").click();
    await expect(ada.message("And one of the shed").getByRole("img")).toHaveCount(1);
    await lin.send("general", "Perfect, thank you both.");
    await ada.api("PUT", "/rooms/general/receipt", { upTo: 13 });
  },
  screens: [
    {
      name: "empty room",
      shows: ["Start"],
      async open({ ada }) {
        await ada.open("/rooms/empty");
        await expect(ada.log.getByText("Nothing has been said here yet.")).toBeVisible();
      },
    },
    { name: "room", open: openGeneral },
    {
      name: "room, further up",
      async open(scene) {
        await scene.ada.open("/rooms/general#m3");
        await expect(scene.ada.message("I will, tonight")).toBeInViewport();
        await expect(scene.ada.message("I will, tonight")).not.toHaveAttribute("data-called");
      },
    },
    {
      name: "someone is typing",
      async open(scene) {
        await openGeneral(scene);
        await scene.lin.open("/rooms/general");
        await scene.lin.composer.pressSequentially("Typ");
        await expect(scene.ada.page.getByText("Lin Ortega is typing")).toBeVisible();
      },
    },
    {
      name: "bar on a message",
      only: "desk",
      async open(scene) {
        await openGeneral(scene);
        await scene.ada.message("Perfect").hover();
        await expect(scene.ada.message("Perfect").getByRole("button", { name: "More" })).toBeVisible();
      },
    },
    {
      name: "more acts on a message",
      shows: ["MessageSheet"],
      only: "desk",
      async open(scene) {
        await openGeneral(scene);
        await scene.ada.act("Perfect", "More");
        await expect(scene.ada.page.getByRole("dialog", { name: "More" })).toBeVisible();
      },
    },
    {
      name: "acts on a message",
      shows: ["MessageSheet"],
      only: "phone",
      async open(scene) {
        await openGeneral(scene);
        const sheet = scene.ada.page.getByRole("dialog", { name: "Message" });
        await scene.ada.longPress(scene.ada.message("Perfect").locator(".message-text"), () =>
          expect(sheet).toBeVisible(),
        );
      },
    },
    {
      name: "emoji to react with",
      shows: ["EmojiDialog", "Asking"],
      async open(scene) {
        await openGeneral(scene);
        await actOn(scene, "Perfect", "Add reaction");
        await expect(scene.ada.dialog.getByRole("option", { name: "grinning face", exact: true })).toBeVisible();
      },
    },
    {
      name: "emoji to write",
      shows: ["Composer"],
      async open(scene) {
        await openGeneral(scene);
        await scene.ada.button("Emoji").click();
        await expect(scene.ada.dialog.getByRole("option", { name: "grinning face", exact: true })).toBeVisible();
      },
    },
    {
      name: "emoji, none found",
      async open(scene) {
        await openGeneral(scene);
        await scene.ada.button("Emoji").click();
        await scene.ada.dialog.getByRole("combobox", { name: "Search emoji" }).fill("nothing like it");
        await expect(scene.ada.dialog.locator("[role=option]")).toHaveCount(0);
      },
    },
    {
      name: "who reacted",
      shows: ["WhoReacted"],
      async open(scene) {
        await scene.ada.open("/rooms/general#m3");
        await expect(scene.ada.message("I will, tonight")).toBeInViewport();
        await actOn(scene, "I will, tonight", "Who reacted");
        await expect(scene.ada.dialog.getByText("2 people")).toBeVisible();
      },
    },
    question("why notified", "WhyNotified", "Perfect", "Why was I notified, or not?", /This message does/),
    question("seen by", "SeenBy", "And one of the shed", "Seen by", /Lin Ortega|Nobody yet/),
    question("question before deleting", "DeleteMessage", "And one of the shed", "Delete", "Delete this message?"),
    {
      name: "editing a message",
      shows: ["EditMessage"],
      async open(scene) {
        await openGeneral(scene);
        await actOn(scene, "And one of the shed", "Edit");
        await expect(scene.ada.page.getByRole("textbox", { name: "Edit message" })).toBeVisible();
      },
    },
    {
      name: "people to mention",
      shows: ["ComposerCompletion"],
      async open(scene) {
        await openGeneral(scene);
        await scene.ada.composer.fill("");
        await scene.ada.composer.pressSequentially("Ask @");
        await expect(scene.ada.page.getByRole("option").first()).toBeVisible();
      },
      leave: async ({ ada }) => ada.composer.fill(""),
    },
    {
      name: "a message that is too long",
      async open(scene) {
        await openGeneral(scene);
        await scene.ada.composer.fill("word ".repeat(9000));
        await expect(scene.ada.page.getByText(/too many/)).toBeVisible();
      },
      leave: async ({ ada }) => ada.composer.fill(""),
    },
    {
      name: "files to send",
      shows: ["Tray"],
      expects: lost,
      async open(scene) {
        const { ada } = scene;
        await openGeneral(scene);
        await ada.attach([png("harbour.png", 300, 200), text("a-name-that-is-rather-long-for-such-a-small-place.txt")]);
        await ada.page.route("**/uploads?*", (route) => route.abort());
        await ada.attach([text("unlucky.txt")]);
        await expect(ada.page.getByText("The server cannot be reached.")).toBeVisible();
        await ada.composer.fill("With these");
      },
      async leave({ ada }) {
        await ada.page.unroute("**/uploads?*");
        const remove = ada.page.getByRole("list", { name: "Files to send" }).getByRole("button", { name: /^Remove/ });
        while ((await remove.count()) > 0) await remove.first().click();
        await ada.composer.fill("");
      },
    },
    {
      name: "files over the room",
      only: "desk",
      async open(scene) {
        await openGeneral(scene);
        await scene.ada.page.evaluate(() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(["x"], "x.txt"));
          document.body.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer }));
        });
        await expect(scene.ada.page.getByText("Drop files to attach them")).toBeVisible();
      },
    },
    {
      name: "picture, large",
      shows: ["Lightbox"],
      async open(scene) {
        await openGeneral(scene);
        await scene.ada.log.getByRole("button", { name: "Open picture harbour.png" }).click();
        const img = scene.ada.dialog.getByRole("img", { name: "harbour.png" });
        await expect.poll(() => img.evaluate((node: HTMLImageElement) => node.naturalWidth)).toBeGreaterThan(0);
      },
    },
    {
      name: "unread messages",
      async open({ ada, lin }) {
        await ada.open("/rooms/empty");
        await expect(ada.composer).toBeVisible();
        await lin.send("general", "Has anyone seen the key?", "@ada, was it you?");
        await ada.open("/rooms/general");
        await expect(ada.log.getByRole("heading", { name: "New", exact: true })).toBeVisible();
      },
    },
    {
      name: "messages that came meanwhile",
      async open(scene) {
        await scene.ada.open("/rooms/general#m1");
        await expect(scene.ada.message("Could everyone look")).toBeInViewport();
        await scene.lin.send("general", "Found it");
        await expect(scene.ada.button(/1 new message|Newest messages/)).toBeVisible();
      },
    },
    {
      name: "no connection",
      expects: lost,
      async open(scene) {
        await sendOffline(scene);
        await expect(scene.ada.page.getByText("No connection. Trying again")).toBeVisible();
      },
      leave: ({ ada }) => ada.context.setOffline(false),
    },
    {
      name: "a message that was not sent",
      expects: lost,
      async open(scene) {
        const { ada } = scene;
        await sendOffline(scene);
        await ada.api("PATCH", "/rooms/empty", { archived: true });
        await ada.context.setOffline(false);
        await ada.page.evaluate(() => dispatchEvent(new Event("online")));
        await expect(ada.message("Into the void").getByRole("button", { name: "Retry" })).toBeVisible();
      },
    },
    {
      name: "changing a message that was not sent",
      async open({ ada }) {
        await ada.open("/rooms/empty");
        await ada.message("Into the void").getByRole("button", { name: "Edit" }).click();
        await expect(ada.page.getByRole("textbox", { name: "Edit message" })).toBeVisible();
      },
    },
    {
      name: "signing out before everything is sent",
      shows: ["SignOut"],
      async open(scene) {
        await openSettings(scene);
        await scene.ada.dialog.getByRole("button", { name: "Sign out", exact: true }).click();
        await expect(scene.ada.dialog.getByText("1 message has not been sent")).toBeVisible();
      },
    },
    {
      name: "messages that were not sent",
      shows: ["Unsent"],
      async open({ ada, isPhone }) {
        await ada.open(isPhone ? "/" : "/rooms/general");
        await ada.button("1 message was not sent").click();
        await expect(ada.dialog.getByText("This room is archived.")).toBeVisible();
      },
      async leave({ ada }) {
        await ada.dialog.getByRole("button", { name: "Delete" }).click();
        await expect(ada.dialog.getByText("Everything is sent.")).toBeVisible();
      },
    },
    {
      name: "archived room",
      async open({ ada }) {
        await ada.open("/rooms/empty");
        await expect(ada.page.getByText("This room is archived.")).toBeVisible();
      },
    },
    {
      name: "profile of another",
      shows: ["ProfileCard"],
      async open(scene) {
        await scene.lin.api("PATCH", "/me", { status: "In the boat shed until six, then on the water" });
        await openRoomWith(scene, "/rooms/general");
        await scene.ada.message("Perfect").getByRole("button", { name: "Lin Ortega" }).first().click();
        await heading(scene.ada, "Lin Ortega");
        await expect(scene.ada.page.getByText(/^Joined /)).toBeVisible();
      },
    },
    {
      name: "profile of one's own",
      async open(scene) {
        await openRoomWith(scene, "/rooms/general#m3");
        await scene.ada.message("I will, tonight").getByRole("button", { name: "Ada Lindqvist" }).first().click();
        await expect(scene.ada.button("Edit profile")).toBeVisible();
      },
    },
    {
      name: "conversation",
      async open({ ada, lin }) {
        const room = await ada.api<{ id: string; slug: string }>("POST", "/direct-rooms", { users: ["lin"] });
        if ((await ada.api<{ messages: [] }>("GET", `/rooms/${room.id}/messages`)).messages.length === 0) {
          await lin.send(room.id, "Do you have the key?");
          await ada.send(room.id, "On its nail.");
        }
        await ada.open(`/rooms/${room.slug}`);
        await expect(ada.message("On its nail.")).toBeVisible();
      },
    },
    {
      name: "notes to oneself",
      async open({ ada }) {
        const room = await ada.api<{ slug: string }>("POST", "/direct-rooms", { users: ["ada"] });
        await ada.open(`/rooms/${room.slug}`);
        await expect(ada.log.getByText(/Nothing has been said here yet/)).toBeVisible();
      },
    },
  ],
};

async function sendOffline(scene: Scene): Promise<void> {
  const { ada } = scene;
  await openRoomWith(scene, "/rooms/empty");
  await ada.context.setOffline(true);
  await ada.composer.fill("Into the void");
  await ada.button("Send").click();
  await expect(ada.message("Into the void").getByText("Sending")).toBeVisible();
}

async function openRoomWith({ ada }: Scene, path: string): Promise<void> {
  await ada.open(path);
  await expect(ada.composer).toBeVisible();
  await expect(ada.log).toHaveAttribute("aria-busy", "false");
}
