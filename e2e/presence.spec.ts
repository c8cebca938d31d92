import { expect, journey } from "./journey.ts";
import type { Visitor } from "./visitor.ts";

/** How someone is, as a reader of the member list hears it. */
const presenceOf = ({ details }: Visitor, name: string) => details.getByRole("listitem").filter({ hasText: name });

journey("[PS1] one sees who is here, who is away, and who has gone", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open("/rooms/general/details");
  await presenceOf(ada, "@lin").scrollIntoViewIfNeeded();
  await expect(presenceOf(ada, "@lin")).toContainText("offline", { timeout: 30_000 });
  await expect(ada.page.locator(".me")).toContainText("online");
  await lin.open("/rooms/general");
  await expect(presenceOf(ada, "@lin")).toContainText("online");
  // A reload is no absence: nobody sees anything.
  await ada.page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      for (const dot of document.querySelectorAll(".member .presence-dot"))
        seen.push(dot.getAttribute("data-presence") ?? "");
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  await lin.page.reload();
  await expect(lin.composer).toBeVisible();
  await expect(presenceOf(ada, "@lin")).toContainText("online");
  expect(await ada.page.evaluate(() => (window as never as { seen: string[] }).seen)).not.toContain("offline");
  await lin.page.close();
  await expect(presenceOf(ada, "@lin")).toContainText("offline", { timeout: 30_000 });
});

journey(
  "[PS4] the directory of people shows who is here, and looks at no more than is on the screen",
  async ({ join }) => {
    const ada = await join("ada", { viewport: { width: 900, height: 300 } });
    const lin = await join("lin");
    const yuki = await join("yuki");
    for (const name of ["noor", "sam"] as const) await join(name);
    const watched: (readonly string[])[] = [];
    ada.page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => {
        const frame = JSON.parse(String(payload)) as { readonly type: string; readonly users?: readonly string[] };
        if (frame.type === "presence.watch") watched.push(frame.users ?? []);
      }),
    );
    const { id } = await yuki.api<{ id: string }>("GET", "/me");
    await lin.open("/rooms/general");
    await ada.open("/people");
    const row = (name: string) => ada.page.getByRole("listitem").filter({ hasText: name });
    await expect(row("Lin Ortega")).toContainText("online");
    expect(watched.flat()).not.toContain(id);
    await row("Yuki Tanaka").scrollIntoViewIfNeeded();
    await expect(row("Yuki Tanaka")).toContainText("offline");
    await expect.poll(() => watched.at(-1)).toContain(id);
    await yuki.open("/rooms/general");
    await expect(row("Yuki Tanaka")).toContainText("online");
  },
);
