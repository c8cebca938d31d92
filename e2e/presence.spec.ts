import { expect, journey } from "./journey.ts";
import type { Visitor } from "./visitor.ts";

/** How someone is, as a reader of the member list hears it. */
const presenceOf = ({ details }: Visitor, name: string) => details.getByRole("listitem").filter({ hasText: name });

journey("[PS1] one sees who is here, who is away, and who has gone", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await ada.open("/rooms/general/details");
  await expect(presenceOf(ada, "@lin")).toContainText("offline", { timeout: 20_000 });
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
  await expect(presenceOf(ada, "@lin")).toContainText("offline", { timeout: 20_000 });
});
