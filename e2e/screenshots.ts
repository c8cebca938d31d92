import { join } from "node:path";
import { type Browser, type BrowserContextOptions, expect, test } from "@playwright/test";
import { Server } from "./server.ts";
import { phone, type Username, Visitor } from "./visitor.ts";

const folder = join(import.meta.dirname, "../docs/screenshots");
const hourMs = 60 * 60 * 1000;
/** The browsers' zone makes this hour nine in the morning. */
const nine = Math.floor(Date.now() / hourMs) * hourMs;
const at = (days: number, hour: number, minute: number) =>
  new Date(nine + (days * 24 + hour - 9) * hourMs + minute * 60_000);

const desktop = { viewport: { width: 1440, height: 900 } };
const looks: readonly (readonly ["light" | "dark", BrowserContextOptions])[] = [
  ["light", { colorScheme: "light", reducedMotion: "reduce" }],
  ["dark", { colorScheme: "dark", reducedMotion: "reduce" }],
];

test.setTimeout(180_000);

interface Scene {
  readonly server: Server;
  readonly cast: Readonly<Record<Username, Visitor>>;
}

test("the pictures", async ({ browser }) => {
  const { server, cast } = await assemble(browser);
  const { ada } = cast;
  const arrive = async (options: BrowserContextOptions) =>
    Visitor.arrive(await browser.newContext(options), server.url);
  await ada.api("PATCH", "/workspace", { name: "Harbour Makers" });
  const boats = await ada.createRoom("boat-restoration", {
    description: "The Vigdis goes back in the water on 3 May. Plans and lists are in tools-and-parts.",
  });
  await ada.createRoom("workshop-bookings", { description: "Who has the big shed when" });
  await ada.createRoom("photos", { description: "Before, during and after" });
  await ada.createRoom("tools-and-parts", { description: "What we have, what we lack, what is lent out" });
  await ada.createRoom("committee", { kind: "private", description: "Money and moorings" });
  for (const person of Object.values(cast)) await person.api("PUT", `/rooms/${boats.id}/membership`);
  for (const [days, hour, minute, username, ...contents] of talk) {
    server.setClock(at(days, hour, minute));
    await cast[username].send(boats.id, ...contents);
  }
  await ada.api("PATCH", `/rooms/${boats.id}/messages/6`, {
    content: "Lovely. Two coats on both sides comes to 4.6 litres, and I added 10 % to spare.",
  });
  await ada.api("POST", `/rooms/${boats.id}/invites`, {});
  const sessions = new Map<string, Visitor>();

  for (const [look, options] of looks) {
    const guest = await arrive({ ...desktop, ...options });
    await guest.open("/sign-in");
    await guest.page.getByLabel("User name or e-mail").fill("ada");
    await guest.page.getByLabel("Password", { exact: true }).fill("not shown here");
    await expect(guest.button("Sign in")).toBeVisible();
    await shoot(guest, `sign-in-${look}`);

    for (const [name, screen] of [
      ["room", desktop],
      ["phone", { ...phone, deviceScaleFactor: 2 }],
    ] as const) {
      const visitor = await arrive({ ...screen, ...options });
      await visitor.signIn("ada");
      await visitor.open("/rooms/boat-restoration");
      await expect(visitor.message("Coffee is on me")).toBeInViewport();
      sessions.set(`${name}-${look}`, visitor);
    }
  }
  for (const username of ["lin", "sam"] as const) {
    await cast[username].open("/rooms/boat-restoration");
    await cast[username].composer.pressSequentially("I can");
  }
  for (const [name, visitor] of sessions) {
    for (const username of ["lin", "sam"] as const) await cast[username].composer.pressSequentially(" bring");
    await expect(visitor.page.getByText("Lin Ortega and Sam Meyer are typing")).toBeVisible();
    await shoot(visitor, name);
  }
  const desk = sessions.get("room-light");
  if (!desk) throw new Error("nobody is at the desk");
  await desk.open("/rooms/boat-restoration/details");
  await expect(desk.details.getByText("@yuki")).toBeVisible();
  await shoot(desk, "details-light");
  await server.close();
});

/** The cast on a server of its own. Their colours come from their ids: it tries until no two look alike. */
async function assemble(browser: Browser): Promise<Scene> {
  for (;;) {
    const server = await Server.start({ clock: at(-1, 9, 0) });
    const join = async (username: Username) => {
      const visitor = await Visitor.arrive(await browser.newContext(), server.url);
      await visitor.signUp(username);
      return visitor;
    };
    const cast = {
      ada: await join("ada"),
      lin: await join("lin"),
      sam: await join("sam"),
      yuki: await join("yuki"),
      noor: await join("noor"),
    };
    await cast.ada.open("/rooms/general/details");
    const members = cast.ada.details.getByRole("listitem");
    await expect(members).toHaveCount(5);
    const colours = await members.evaluateAll((rows) =>
      rows.map((row) => getComputedStyle(row.firstElementChild as Element).backgroundColor),
    );
    if (new Set(colours).size === colours.length) return { server, cast };
    for (const { context } of Object.values(cast)) await context.close();
    await server.close();
  }
}

async function shoot({ page }: Visitor, name: string): Promise<void> {
  await page.evaluate(async () => {
    (document.activeElement as HTMLElement | null)?.blur();
    await document.fonts.ready;
  });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled", caret: "hide" });
}

/** Days from today, the time, who, and what. */
const talk: readonly (readonly [number, number, number, Username, ...string[]])[] = [
  [
    -1,
    16,
    20,
    "noor",
    "The crane is booked for 3 May, nine in the morning. High water is at 10:40, so we have some time.",
  ],
  [-1, 16, 24, "yuki", "Wonderful 🎉 I will tell the sailmaker."],
  [
    -1,
    16,
    42,
    "sam",
    "Stripped the last of the varnish off the coaming. The oak underneath is in much better shape than we feared.",
  ],
  [-1, 16, 43, "sam", "Only the two planks by the rudder need work. Photos: https://example.org/vigdis/coaming"],
  [-1, 16, 58, "noor", "That is a relief 😮 I had put aside money for six of them."],
  [-1, 17, 5, "ada", "Lovely. Two coats on both sides comes to 4.6 litres."],
  [-1, 17, 31, "yuki", "Does that count the transom? It drinks more than the rest."],
  [-1, 17, 40, "ada", "Good point, I will add a litre."],
  [-1, 18, 2, "lin", "Then I would take two cans of three.", "There is half a can left in the blue locker as well."],
  [0, 8, 47, "ada", "Ordered two cans of three litres, they arrive on Tuesday before noon."],
  [0, 8, 48, "ada", "Who can be there to sign for them?"],
  [0, 8, 56, "yuki", "I can, I have the key until noon."],
  [0, 8, 58, "lin", "And I come at eleven with the trailer, so we can bring them straight to the shed."],
  [0, 9, 1, "ada", "Perfect, thank you both. Coffee is on me ☕"],
];
