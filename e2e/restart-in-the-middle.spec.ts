import { expect, journey } from "./journey.ts";
import type { Visitor } from "./visitor.ts";

const lostConnection = /net::ERR_|WebSocket connection to/;
/** High enough for all messages to be in the page. */
const tall = { viewport: { width: 1100, height: 2600 } };
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, n) => `[${name} ${n + 1}]`);

/** The numbered messages in the order in which they stand. */
async function read({ log }: Visitor): Promise<readonly string[]> {
  const texts = await log.getByRole("article").allTextContents();
  return texts.map((text) => /\[\w+ \d+\]/.exec(text)?.[0] ?? text);
}

journey("the server is killed in the middle of a lively talk", async ({ server, join }) => {
  const ada = await join("ada", tall);
  const lin = await join("lin", tall);
  for (const { page } of [ada, lin]) {
    await page.goto(`${server.url}/rooms/general`);
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  }
  const [fromAda, fromLin] = [numbered("ada", 30), numbered("lin", 30)];
  const offline = "No connection. Trying again";

  await ada.expecting(lostConnection, () =>
    lin.expecting(lostConnection, async () => {
      const talking = Promise.all([ada.say(...fromAda), lin.say(...fromLin)]);
      await expect(ada.message("[lin 4]")).toBeVisible();
      await expect(lin.message("[ada 4]")).toBeVisible();
      await server.kill("SIGKILL");
      await talking;
      for (const visitor of [ada, lin]) {
        await expect(visitor.page.getByText(offline)).toBeVisible();
        await expect(visitor.composer).toBeEnabled();
      }
      await ada.say("[late 1]");
      await expect(ada.message("[late 1]")).toContainText("Sending");
      await expect(ada.message("[late 1]").getByText("Sending")).toBeVisible();
      await expect(lin.message("[late 1]")).toHaveCount(0);

      await server.resume();
      await expect(lin.message("[late 1]")).toBeVisible({ timeout: 30_000 });
      await expect(ada.message("[lin 30]")).toBeVisible();
      for (const visitor of [ada, lin]) await expect(visitor.page.getByText("Sending")).toHaveCount(0);
    }),
  );
  for (const visitor of [ada, lin]) await expect(visitor.page.getByText(offline)).toHaveCount(0);

  const { messages } = await ada.api<{ messages: readonly { id: number; content: string }[] }>(
    "GET",
    "/rooms/general/messages?limit=100",
  );
  const stored = messages.map(({ content }) => content);
  expect(messages.map(({ id }) => id)).toEqual(stored.map((_, index) => index + 1));
  expect(stored.filter((text) => !text.startsWith("[lin"))).toEqual([...fromAda, "[late 1]"]);
  expect(stored.filter((text) => text.startsWith("[lin"))).toEqual(fromLin);
  for (const visitor of [ada, lin]) {
    await expect.poll(() => read(visitor)).toEqual(stored);
    expect(await visitor.page.evaluate(() => "neverReloaded" in window)).toBe(true);
  }

  // And on it goes.
  await lin.say("[after 1]");
  await expect(ada.message("[after 1]")).toBeVisible();
});

journey("a page that is opened while the server is away comes up by itself", async ({ server, join }) => {
  const ada = await join("ada");
  await ada.open("/rooms/general");
  await ada.say("Back in a minute");
  await expect(ada.page.getByText("Sending")).toHaveCount(0);
  await ada.expecting(/net::ERR_|WebSocket connection to|status of 503/, async () => {
    await ada.page.route("**/api/start", (route) => route.abort("connectionrefused"));
    await ada.page.reload();
    await expect(ada.page.getByRole("heading", { name: "The server can't be reached" })).toBeVisible();
    await server.kill("SIGTERM");
    await server.resume();
    await ada.page.unroute("**/api/start");
    await expect(ada.message("Back in a minute")).toBeVisible({ timeout: 30_000 });
  });
});
