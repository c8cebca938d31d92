import { join } from "node:path";
import { type Browser, type BrowserContextOptions, expect, test } from "@playwright/test";
import sharp from "sharp";
import { draw, scenes } from "./scenery.ts";
import { Server } from "./server.ts";
import { people, phone, type Room, type Username, Visitor } from "./visitor.ts";

const folder = join(import.meta.dirname, "../docs/screenshots");
const hourMs = 60 * 60 * 1000;
/** The browsers' zone makes this hour nine in the morning. */
const nine = Math.floor(Date.now() / hourMs) * hourMs;
const at = (days: number, hour: number, minute: number) =>
  new Date(nine + (days * 24 + hour - 9) * hourMs + minute * 60_000);

const desktop = { viewport: { width: 1280, height: 880 } };
const pocket = { ...phone, deviceScaleFactor: 2 };

test("the pictures", async ({ browser }) => {
  const server = await Server.start({ clock: at(-1, 9, 0) });
  try {
    const cast = await assemble(browser, server);
    await furnish(browser, server, cast);
    for (const colorScheme of ["light", "dark"] as const) {
      const seat = async (screen: BrowserContextOptions) => {
        const context = await browser.newContext({ ...screen, colorScheme, reducedMotion: "reduce" });
        const ada = await Visitor.arrive(context, server.url);
        await ada.signIn("ada");
        return ada;
      };
      const shots = { desk: await seat(desktop), pocket: await seat(pocket) };
      const typing = colorScheme === "light" ? "lin" : "sam";
      const talking = { room: shots.desk, phone: shots.pocket };
      for (const ada of Object.values(talking)) {
        await ada.open("/rooms/boat-restoration");
        await expect(ada.message("Coffee is on me")).toBeInViewport();
      }
      await cast[typing].open("/rooms/boat-restoration");
      await cast[typing].composer.pressSequentially("I can bring a cake");
      for (const [name, ada] of Object.entries(talking)) {
        await expect(ada.page.getByText(`${people[typing]} is typing`)).toBeVisible();
        await shoot(ada, `${name}-${colorScheme}`);
      }
      await cast[typing].composer.fill("");

      for (const [name, ada, path, sign] of [
        ["phone-rooms", shots.pocket, "/", "workshop-bookings"],
        ["search", shots.desk, "/search?q=varnish", "6 results"],
        ["admin", shots.desk, "/admin/people", "@yuki"],
      ] as const) {
        await ada.open(path);
        await expect(ada.page.getByText(sign)).toBeVisible();
        await expect(ada.rooms.getByRole("link", { name: /^online Lin/ })).toBeVisible();
        await shoot(ada, `${name}-${colorScheme}`);
      }
      for (const { context } of Object.values(shots)) await context.close();
    }
  } finally {
    await server.close();
  }
});

type Cast = Readonly<Record<Username, Visitor>>;

async function assemble(browser: Browser, server: Server): Promise<Cast> {
  const cast: Partial<Record<Username, Visitor>> = {};
  for (const username of Object.keys(people) as Username[]) {
    const visitor = await Visitor.arrive(await browser.newContext(), server.url);
    await visitor.signUp(username);
    cast[username] = visitor;
  }
  return cast as Cast;
}

/** The workspace, its rooms and what has been said in them; Ada has read all but what `unread` names. */
async function furnish(browser: Browser, server: Server, cast: Cast): Promise<void> {
  const { ada, lin, yuki, noor } = cast;
  const drawn = Object.fromEntries(
    await Promise.all(Object.entries(scenes).map(async ([name, scene]) => [name, await draw(browser, scene)] as const)),
  ) as Record<keyof typeof scenes, Buffer>;
  const files = {
    "slip.png": drawn.slip,
    "planks.png": drawn.planks,
    "sail-plan.pdf": Buffer.from(`%PDF-1.4\n${"% The sail plan of the Vigdis.\n".repeat(6000)}`),
  };
  await ada.api("PATCH", "/workspace", { name: "Harbour Makers" });
  await ada.upload("PUT", "/workspace/picture", drawn.anchor);
  await ada.api("PATCH", "/me", { status: "In the boat shed" });
  await lin.upload("PUT", "/me/avatar", drawn.sail);
  await noor.upload("PUT", "/me/avatar", drawn.gull);
  await yuki.upload("PUT", "/me/avatar", drawn.wave);
  const { id: idOfLin } = await lin.api<{ id: string }>("GET", "/me");
  await ada.api("PATCH", `/admin/users/${idOfLin}`, { role: "admin" });

  const rooms: Readonly<Record<Place, Room>> = {
    boats: await ada.createRoom("boat-restoration", { description: "The Vigdis goes back in the water on 3 May" }),
    bookings: await ada.createRoom("workshop-bookings", { description: "Who has the big shed when" }),
    tools: await ada.createRoom("tools-and-parts", { description: "What we have, what we lack, what is lent out" }),
    photos: await ada.createRoom("photos", { description: "Before, during and after" }),
    committee: await ada.createRoom("committee", { kind: "private", description: "Money and moorings" }),
    withLin: await ada.api("POST", "/direct-rooms", { users: ["lin"] }),
    withSam: await ada.api("POST", "/direct-rooms", { users: ["sam"] }),
    crew: await ada.api("POST", "/direct-rooms", { users: ["yuki", "noor"] }),
  };
  const { boats, bookings, tools, photos, committee } = rooms;
  for (const { id } of [boats, bookings, tools, photos]) {
    for (const username of ["lin", "sam", "yuki", "noor"] as const) {
      await cast[username].api("PUT", `/rooms/${id}/membership`);
    }
  }
  const { code } = await ada.api<{ code: string }>("POST", `/rooms/${committee.id}/invites`, {});
  await noor.api("POST", `/invites/${code}/redemptions`);

  for (const [place, days, hour, minute, username, content, more = {}] of talk) {
    server.setClock(at(days, hour, minute));
    const room = `/rooms/${rooms[place].id}`;
    const attachments: string[] = [];
    for (const name of more.files ?? []) {
      const file = await cast[username].upload<{ id: string }>("POST", `${room}/uploads?name=${name}`, files[name]);
      attachments.push(file.id);
    }
    const { id } = await cast[username].api<{ id: number }>("POST", `${room}/messages`, { content, attachments });
    for (const [emoji, ...by] of more.reactions ?? []) {
      for (const person of by) {
        await cast[person].api("PUT", `${room}/messages/${id}/reactions/${encodeURIComponent(emoji)}`);
      }
    }
    if (!more.unread) await ada.api("PUT", `${room}/receipt`, { upTo: id });
  }
  server.setClock(new Date());
}

/** In a palette of 256 colours, which takes a third of the bytes. */
async function shoot({ page }: Visitor, name: string): Promise<void> {
  await page.evaluate(async () => {
    (document.activeElement as HTMLElement | null)?.blur();
    await document.fonts.ready;
  });
  // Pictures outside the window are not loaded before somebody comes near.
  const unseen = () =>
    page.evaluate(
      () =>
        [...document.images].filter((image) => {
          const { top, bottom, width } = image.getBoundingClientRect();
          return width > 0 && bottom > 0 && top < innerHeight && !image.complete;
        }).length,
    );
  await expect.poll(unseen).toBe(0);
  const picture = await page.screenshot({ animations: "disabled", caret: "hide" });
  await sharp(picture)
    .png({ palette: true, effort: 10 })
    .toFile(join(folder, `${name}.png`));
}

type Place = "boats" | "bookings" | "tools" | "photos" | "committee" | "withLin" | "withSam" | "crew";

interface More {
  readonly files?: readonly ("slip.png" | "planks.png" | "sail-plan.pdf")[];
  /** An emoji, and who reacted with it. */
  readonly reactions?: readonly (readonly [string, ...Username[]])[];
  /** Ada has not seen it yet. */
  readonly unread?: true;
}

/** Where, days from today, the time, who, what, and what belongs to it. */
const talk: readonly (readonly [Place, number, number, number, Username, string, More?])[] = [
  ["photos", -1, 11, 5, "lin", "Before and after of the coaming: three coats of varnish make all the difference."],
  ["tools", -1, 14, 2, "sam", "The good varnish is on the top shelf, the old tin is only for the shed door."],
  ["tools", -1, 14, 10, "yuki", "I lent the long clamps to the sailing school until Friday."],
  ["boats", -1, 16, 24, "noor", "The crane is booked for 3 May, nine in the morning. High water is at 10:40."],
  ["boats", -1, 16, 25, "yuki", "Wonderful 🎉 I will tell the sailmaker."],
  ["boats", -1, 17, 5, "ada", "Two coats of varnish on both sides come to 4.6 litres."],
  ["boats", -1, 17, 31, "yuki", "Does that count the transom? It drinks more than the rest."],
  ["boats", -1, 18, 2, "lin", "Then I would take two cans of three. There is half a can left in the blue locker."],
  ["crew", -1, 19, 12, "yuki", "Shall we bring the cake at ten?"],
  ["withSam", -1, 20, 40, "ada", "I fetch the varnish on Tuesday. Do you have brushes left?"],
  [
    "boats",
    0,
    8,
    12,
    "sam",
    "The last of the old varnish is off! Only two planks by the rudder need work.",
    {
      files: ["slip.png", "planks.png"],
      reactions: [
        ["🎉", "ada", "lin", "noor"],
        ["😍", "yuki"],
      ],
    },
  ],
  [
    "boats",
    0,
    8,
    31,
    "noor",
    "What a relief. Here is the new sail plan:",
    { files: ["sail-plan.pdf"], reactions: [["👍", "ada", "sam"]] },
  ],
  ["withLin", 0, 8, 33, "lin", "The trailer is hitched and ready."],
  ["boats", 0, 8, 35, "ada", "Ordered two cans. @yuki can you sign for them on Tuesday?"],
  ["boats", 0, 8, 44, "yuki", "I can, I have the key until noon."],
  ["boats", 0, 8, 46, "lin", "And I come at eleven with the trailer.", { reactions: [["🙏", "ada"]] }],
  ["boats", 0, 8, 49, "ada", "Perfect, thank you both. Coffee is on me ☕"],
  ["committee", 0, 8, 52, "noor", "@ada the harbour office wants the mooring form by Friday.", { unread: true }],
  ["bookings", 0, 8, 55, "noor", "Big shed on Saturday for the mast, if nobody minds.", { unread: true }],
  ["withSam", 0, 8, 58, "sam", "Five flat ones, and the varnish brush you gave me.", { unread: true }],
];
