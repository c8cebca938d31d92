import { expect, journey } from "./journey.ts";

const notice = "Live updates are blocked here. Checking every 2 seconds.";

journey("[CH5] two people talk where one's network lets no socket through, until it does", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  let blocked = true;
  await lin.page.routeWebSocket(/\/api\/socket$/, (socket) => {
    if (blocked) void socket.close({ code: 1006 });
    else socket.connectToServer();
  });
  await ada.open("/rooms/general");
  await lin.open("/rooms/general");
  await expect(lin.page.getByText(notice)).toBeVisible({ timeout: 30_000 });
  await ada.say("Can you read this?");
  await expect(lin.message("Can you read this?")).toBeVisible();
  await lin.say("Every word", "And I write as ever");
  await expect(ada.message("And I write as ever")).toBeVisible();
  await lin.act("Every word", "Edit");
  await lin.page.getByRole("textbox", { name: "Edit message" }).fill("Every single word");
  await lin.page.keyboard.press("Enter");
  await expect(ada.message("Every single word")).toContainText("edited");
  // Who polls is here like everybody else.
  await ada.open("/rooms/general/details");
  const listed = ada.details.getByRole("listitem").filter({ hasText: "@lin" });
  await listed.scrollIntoViewIfNeeded();
  await expect(listed).toContainText("online");

  blocked = false;
  await lin.page.evaluate(() => dispatchEvent(new Event("online")));
  await expect(lin.page.getByText(notice)).toHaveCount(0, { timeout: 30_000 });
  await ada.say("Welcome back");
  await expect(lin.message("Welcome back")).toBeVisible();
  const order = ["Can you read this?", "Every single word", "And I write as ever", "Welcome back"].map(
    (t) => new RegExp(t.replace("?", "\\?")),
  );
  await expect(lin.log.getByRole("article")).toHaveText(order);
  await expect(ada.log.getByRole("article")).toHaveText(order);
});
