import { expect } from "../journey.ts";
import { people } from "../visitor.ts";
import { type Act, heading, type Scene } from "./screen.ts";

async function openDetails({ ada }: Scene, slug: string): Promise<void> {
  await ada.open(`/rooms/${slug}/details`);
  await expect(ada.page.locator(".members").getByText("@ada")).toBeVisible();
}

/** Rooms, people, and what is to be found in them. */
export const rooms: Act = {
  name: "rooms",
  async prepare({ ada, lin }) {
    await ada.api("PATCH", "/workspace", { name: "Harbour Makers" });
    const boats = await ada.createRoom("boat-restoration", {
      description: "The Vigdis goes back in the water on 3 May. Plans and lists are in tools-and-parts.",
    });
    const committee = await ada.createRoom("committee", { kind: "private", description: "Money and moorings" });
    await lin.createRoom("tools-and-parts", { description: "Who has the big clamps?" });
    await lin.createRoom("A room with a rather long name that does not seem to end");
    const old = await ada.createRoom("old-plans");
    await ada.api("PATCH", `/rooms/${old.id}`, { archived: true });
    await lin.api("PUT", `/rooms/${boats.id}/membership`);
    const { code } = await ada.api<{ code: string }>("POST", `/rooms/${committee.id}/invites`, {});
    await lin.api("POST", `/invites/${code}/redemptions`);
    await lin.send(boats.id, "The crane is booked", "High water is at 10:40, @ada", "See https://example.org/tide");
    await lin.api("PATCH", "/me", { status: "In the boat shed" });
    await ada.api("POST", "/direct-rooms", { users: ["lin"] });
  },
  screens: [
    {
      name: "rooms",
      async open({ ada, isPhone }) {
        await ada.open(isPhone ? "/" : "/rooms/committee");
        await expect(ada.rooms.getByRole("link", { name: /boat-restoration/ })).toBeVisible();
      },
    },
    {
      name: "details",
      shows: ["RoomDetails", "MemberList"],
      open: (scene) => openDetails(scene, "boat-restoration"),
    },
    {
      name: "details with an invite link",
      async open(scene) {
        await openDetails(scene, "committee");
        await expect(scene.ada.button("Copy")).toBeVisible();
      },
    },
    {
      name: "details, further down",
      async open(scene) {
        await openDetails(scene, "committee");
        await scene.ada.button("Leave room").scrollIntoViewIfNeeded();
        await scene.ada.page.locator(".members li").last().scrollIntoViewIfNeeded();
      },
    },
    {
      name: "editing the details",
      async open(scene) {
        await openDetails(scene, "boat-restoration");
        await scene.ada.button("Edit details").click();
        await scene.ada.page.getByLabel("Address").fill("Not an address");
        await scene.ada.button("Save").click();
        await expect(scene.ada.page.locator("[aria-invalid]")).toBeVisible();
      },
    },
    {
      name: "new invite link",
      shows: ["RoomInvites"],
      async open(scene) {
        await openDetails(scene, "committee");
        await scene.ada.button("New link").click();
        await heading(scene.ada, "New invite link");
      },
    },
    ...(["Leave", "Archive", "Delete"] as const).map((act) => ({
      name: `question before: ${act.toLowerCase()}`,
      shows: ["LeaveRoom", "Ask"],
      async open(scene: Scene) {
        await openDetails(scene, "boat-restoration");
        await scene.ada.button(`${act} room`).click();
        await heading(scene.ada, `${act} boat-restoration?`);
      },
    })),
    {
      name: "how loudly a room calls",
      shows: ["NotifyMenu", "Flyout"],
      async open({ ada }) {
        await ada.open("/rooms/boat-restoration");
        await ada.page.getByRole("button", { name: /^Notify me about/ }).click();
        await expect(ada.button(/^Nothing/)).toBeVisible();
      },
    },
    {
      name: "acts on a member",
      shows: ["MemberMenu"],
      async open(scene) {
        await openDetails(scene, "committee");
        await scene.ada.button("More for Lin Ortega").click();
        await expect(scene.ada.button("Make admin")).toBeVisible();
      },
    },
    {
      name: "question before removing a member",
      async open(scene) {
        await openDetails(scene, "committee");
        await scene.ada.button("More for Lin Ortega").click();
        await scene.ada.button("Remove from room").click();
        await heading(scene.ada, "Remove Lin Ortega?");
      },
    },
    {
      name: "question before handing over",
      async open(scene) {
        await openDetails(scene, "committee");
        await scene.ada.button("More for Lin Ortega").click();
        await scene.ada.button("Hand over the room").click();
        await heading(scene.ada, "Hand over committee?");
      },
    },
    {
      name: "creating a room",
      shows: ["CreateRoom"],
      async open({ ada, isPhone }) {
        await ada.open(isPhone ? "/" : "/rooms/general");
        await ada.button("Create a room").click();
        await ada.dialog.getByRole("button", { name: "Create room" }).click();
        await expect(ada.dialog.locator("[aria-invalid]")).toBeVisible();
      },
    },
    {
      name: "browsing",
      shows: ["BrowseRooms"],
      async open({ ada }) {
        await ada.open("/browse");
        await ada.page.getByRole("main").getByText("1 archived room").click();
        await expect(ada.button(/^Join tools/)).toBeVisible();
      },
    },
    {
      name: "browsing in vain",
      async open({ ada }) {
        await ada.open("/browse");
        await ada.page.getByRole("searchbox").fill("nothing like it");
        await expect(ada.page.getByText("No room has these words.")).toBeVisible();
      },
    },
    {
      name: "room to join",
      shows: ["RoomPreview"],
      async open({ ada }) {
        await ada.open("/rooms/tools-and-parts");
        await expect(ada.button("Join")).toBeVisible();
      },
    },
    {
      name: "nothing here",
      async open({ ada }) {
        await ada.open("/rooms/nowhere");
        await heading(ada, "There is nothing here");
      },
    },
    {
      name: "people",
      shows: ["People"],
      async open({ ada }) {
        await ada.open("/people");
        await ada.page.getByRole("checkbox", { name: `Select ${people.lin}` }).check();
        await expect(ada.button("Message 1 person")).toBeVisible();
      },
    },
    {
      name: "people, nobody found",
      async open({ ada }) {
        await ada.open("/people");
        await ada.page.getByRole("searchbox").fill("nobody at all");
        await expect(ada.page.getByText("Nobody has that name.")).toBeVisible();
      },
    },
    {
      name: "unread",
      shows: ["Unread"],
      async open({ ada, lin }) {
        await ada.open("/unread");
        await lin.send("boat-restoration", "The crane comes a day later", "Can you be there, @ada?");
        await lin.send("general", "Who has the key of the harbour shed?");
        await expect(ada.page.getByText("The crane comes a day later")).toBeVisible();
      },
    },
    {
      name: "nothing unread",
      async open({ ada }) {
        await ada.open("/unread");
        await ada.button("Mark all as read").click();
        await expect(ada.page.getByText("Nothing unread")).toBeVisible();
      },
    },
    {
      name: "search",
      shows: ["Search"],
      async open({ ada }) {
        await ada.open("/search");
        await ada.page.getByRole("combobox").fill("harbour");
        await ada.page.keyboard.press("Enter");
        await expect(ada.page.getByText("1 result")).toBeVisible();
        await ada.page.getByRole("combobox").fill("");
        await expect(ada.page.getByText("Recent searches")).toBeVisible();
      },
    },
    {
      name: "search results",
      async open({ ada }) {
        await ada.open("/search?q=the");
        await expect(ada.page.getByRole("list", { name: "Results" }).getByRole("link").first()).toBeVisible();
      },
    },
    {
      name: "search in vain",
      async open({ ada }) {
        await ada.open("/search?q=unheard-of");
        await expect(ada.page.getByText("Nothing was found.")).toBeVisible();
      },
    },
    {
      name: "search, not understood",
      expects: /status of 400/,
      async open({ ada }) {
        await ada.open("/search?q=tea%20on%3Asomeday");
        await expect(ada.page.getByRole("alert")).toContainText("needs a date");
      },
    },
    {
      name: "search, filters to choose from",
      async open({ ada }) {
        await ada.open("/search");
        await ada.page.getByRole("combobox").pressSequentially("tea in:");
        await expect(ada.page.getByRole("option").first()).toBeVisible();
      },
    },
    {
      name: "removed from a room",
      // What the page has asked for by then is not there any more.
      expects: /status of 404/,
      async open({ ada, lin }) {
        const { id } = await ada.api<{ id: string }>("GET", "/me");
        const room = await lin.createRoom(`shed ${Math.random().toString(36).slice(2, 8)}`, { kind: "private" });
        const { code } = await lin.api<{ code: string }>("POST", `/rooms/${room.id}/invites`, {});
        await ada.api("POST", `/invites/${code}/redemptions`);
        await ada.open(`/rooms/${room.slug}`);
        await expect(ada.composer).toBeVisible();
        await lin.api("DELETE", `/rooms/${room.id}/members/${id}`);
        await heading(ada, /^You were removed from/);
      },
    },
  ],
};
