import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone, type Visitor } from "./visitor.ts";

/** The row of a direct room: of a room with one person it also says how they are, of any what is unread. */
const direct = (visitor: Visitor, name: string) =>
  visitor.rooms.getByRole("link", {
    name: new RegExp(`^((online|away|offline) )?${name.replaceAll(".", "\\.")}( ?, [^A-Z]*)?$`),
  });

journey("[PE2] [DR1] [DR4] from the directory of people to a conversation that both see", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await join("sam");
  await lin.open("/rooms/general");
  await ada.open("/rooms/general");
  await ada.page.getByRole("link", { name: "New message" }).click();
  await expect(ada.title).toHaveText("People");
  await expect(ada.page).toHaveTitle(/^People · /);
  const people = ada.page.getByRole("list", { name: "People" }).getByRole("listitem");
  await expect(people).toHaveText([/Ada Lindqvist \(you\)/, /Lin Ortega/, /Sam Meyer/]);
  expect(await violationsIn(ada)).toEqual([]);
  await ada.page.getByRole("searchbox", { name: "Find people" }).fill("ORT");
  await expect(people).toHaveCount(1);
  await ada.page.getByRole("searchbox").fill("nobody at all");
  await expect(ada.page.getByText("Nobody has that name.")).toBeVisible();
  await ada.page.getByRole("searchbox").fill("lin");
  await expect(people).toHaveText([/Ada Lindqvist/, /Lin Ortega/]);
  await ada.button("Message Lin Ortega").click();
  await expect(ada.title).toHaveText("Lin Ortega");
  await expect(direct(ada, "Lin Ortega")).toHaveAttribute("aria-current", "page");
  expect(await violationsIn(ada)).toEqual([]);

  // Lin hears of it with the first message.
  await ada.open(ada.path);
  await expect(ada.title).toHaveText("Lin Ortega");
  await expect(direct(lin, "Ada Lindqvist")).toHaveCount(0);
  await ada.say("Do you have the key of the shed?");
  await direct(lin, "Ada Lindqvist").click();
  await expect(lin.title).toHaveText("Ada Lindqvist");
  await lin.say("On its nail.");
  await expect(ada.message("On its nail.")).toBeVisible();

  // Another name shows everywhere.
  await lin.api("PATCH", "/me", { displayName: "Lin O." });
  await expect(ada.title).toHaveText("Lin O.");
  await expect(direct(ada, "Lin O.")).toBeVisible();

  await ada.button("Room details").click();
  await expect(ada.details.getByText("Direct, for its people alone")).toBeVisible();
  for (const name of ["Leave room", "Delete room", "Edit details"]) {
    await expect(ada.details.getByRole("button", { name })).toHaveCount(0);
  }
});

journey("[DR1] several people make a group, and the latest spoken in stands first", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  const sam = await join("sam");
  const notes = await ada.api<{ id: string }>("POST", "/direct-rooms", { users: ["ada"] });
  await ada.send(notes.id, "buy oil");
  await sam.open("/rooms/general");
  await ada.open("/people");
  for (const name of ["Lin Ortega", "Sam Meyer"])
    await ada.page.getByRole("checkbox", { name: `Select ${name}` }).check();
  await ada.button("Remove Lin Ortega").click();
  await expect(ada.page.getByRole("checkbox", { name: "Select Lin Ortega" })).not.toBeChecked();
  await ada.page.getByRole("checkbox", { name: "Select Lin Ortega" }).check();
  expect(await violationsIn(ada)).toEqual([]);
  await ada.button("Message 2 people").click();
  await expect(ada.title).toHaveText("Lin Ortega, Sam Meyer");
  await ada.say("Tea at four?");
  await direct(sam, "Ada Lindqvist, Lin Ortega").click();
  await expect(sam.title).toHaveText("Ada Lindqvist, Lin Ortega");
  await sam.say("Gladly.");
  await expect(ada.message("Gladly.")).toBeVisible();
  const listed = ada.rooms.locator("ul").last().getByRole("link");
  await expect(listed).toHaveText(["2Lin Ortega, Sam Meyer", /Ada Lindqvist \(you\)/]);
  await ada.send(notes.id, "and varnish");
  await expect(listed).toHaveText([/Ada Lindqvist \(you\)/, "2Lin Ortega, Sam Meyer"]);
  await lin.context.close();
});

journey("[PE1] people are found and written to on a phone", async ({ join }) => {
  const ada = await join("ada", phone);
  await join("lin");
  await ada.open("/");
  await ada.rooms.getByRole("link", { name: "People", exact: true }).click();
  await expect(ada.title).toHaveText("People");
  expect(await violationsIn(ada)).toEqual([]);
  await ada.button("Message Lin Ortega").click();
  await expect(ada.title).toHaveText("Lin Ortega");
  await ada.composer.fill("Ahoy");
  await ada.button("Send").click();
  await expect(ada.message("Ahoy")).toBeVisible();
  expect(await violationsIn(ada)).toEqual([]);
  await ada.button("Back to rooms").click();
  await expect(direct(ada, "Lin Ortega")).toBeVisible();
});
