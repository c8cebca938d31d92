import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { phone } from "./visitor.ts";

journey("[AD2] the owner deactivates someone, who is out at once, and lets them back in", async ({ join, arrive }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await lin.send("general", "Before I go");
  await lin.open("/rooms/general");
  await expect(lin.composer).toBeVisible();
  await ada.open();
  await ada.button("Settings").click();
  await ada.dialog.getByRole("link", { name: "Open the admin area" }).click();
  await expect(ada.title).toHaveText("Admin area");
  const sections = ada.page.getByRole("navigation", { name: "Admin area" });
  await sections.getByRole("link", { name: "People" }).click();
  const people = ada.page.getByRole("list", { name: "People" });
  await expect(people.getByRole("listitem")).toHaveCount(2);
  await ada.page.getByLabel("Find people by name or e-mail").fill("ortega");
  await expect(people.getByRole("listitem")).toHaveCount(1);
  await ada.button("Manage Lin Ortega").click();
  await ada.button("Deactivate").click();
  await ada.page
    .getByRole("dialog", { name: "Deactivate Lin Ortega?" })
    .getByRole("button", { name: "Deactivate" })
    .click();
  await expect(lin.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(people.getByText("Deactivated · Member")).toBeVisible();
  await ada.button("Reactivate").click();
  await expect(people.getByText(/Member · 0 sessions/)).toBeVisible();
  const back = await arrive();
  await back.signIn("lin");
  await back.open("/rooms/general");
  await expect(back.message("Before I go")).toBeVisible();

  await ada.open("/admin/audit");
  await expect(ada.page.getByRole("region", { name: "Audit log" }).getByRole("listitem")).toHaveText([
    /Ada Lindqvist reactivated lin/,
    /Ada Lindqvist deactivated lin/,
  ]);
  await back.open("/admin");
  await expect(back.page.getByRole("heading", { name: "Admin area" })).toHaveCount(0);
});

journey(
  "[AD3] making someone an owner is asked about first, and whoever thinks better of it changes nothing",
  async ({ join }) => {
    const ada = await join("ada");
    await join("lin");
    await ada.open("/admin/people");
    await ada.button("Manage Lin Ortega").click();
    const role = (name: string) => ada.dialog.getByRole("radio", { name: new RegExp(`^${name}`) });
    const question = ada.page.getByRole("dialog", { name: "Make Lin Ortega an owner?" });
    await role("Owner").check();
    await question.getByRole("button", { name: "Cancel" }).click();
    await expect(role("Member")).toBeChecked();
    const { role: before } = await ada.api<{ role: string }>("GET", "/users/lin");
    expect(before).toBe("member");
    await role("Owner").check();
    await question.getByRole("button", { name: "Make owner" }).click();
    await expect(question).toHaveCount(0);
    await expect(role("Owner")).toBeChecked();
    const { role: after } = await ada.api<{ role: string }>("GET", "/users/lin");
    expect(after).toBe("owner");
  },
);

journey("[AD2] the card of someone who is deactivated says so at once, and offers no message", async ({ join }) => {
  const ada = await join("ada");
  const lin = await join("lin");
  await lin.send("general", "Before I go");
  await ada.open("/rooms/general");
  await ada.message("Before I go").getByRole("button", { name: "Lin Ortega" }).first().click();
  const card = ada.page.getByRole("dialog", { name: "Profile" });
  const write = card.getByRole("button", { name: "Message" });
  await expect(write).toBeVisible();
  const { id } = await ada.api<{ id: string }>("GET", "/users/lin");
  await ada.api("PUT", `/admin/users/${id}/deactivation`);
  await expect(card.getByText("This account is deactivated.")).toBeVisible();
  await expect(write).toHaveCount(0);
  await ada.api("DELETE", `/admin/users/${id}/deactivation`);
  await expect(card.getByText(/^Joined /)).toBeVisible();
  await expect(write).toBeVisible();
});

journey("[AD5] [PW3] someone is added on a phone, and chooses a password with the link", async ({ join, arrive }) => {
  const ada = await join("ada", phone);
  await ada.open("/admin");
  for (const section of ["Invites", "Overview", "Audit log", "Settings", "Rooms", "People"]) {
    const link = ada.page.getByRole("navigation", { name: "Admin area" }).getByRole("link", { name: section });
    await link.click();
    await expect(link).toHaveAttribute("aria-current", "page");
    await expect(ada.page.getByText("Loading", { exact: true })).toHaveCount(0);
    expect([section, await violationsIn(ada)]).toEqual([section, []]);
  }
  await ada.button("Add a person").click();
  await ada.dialog.getByLabel("Name", { exact: true }).fill("Yuki Tanaka");
  await ada.dialog.getByLabel("User name").fill("yuki");
  await ada.button("Add").click();
  const link = await ada.dialog.getByLabel("Reset link").inputValue();
  const yuki = await arrive();
  await yuki.page.goto(link);
  await expect(yuki.page.getByText("For yuki.")).toBeVisible();
  await yuki.page.getByLabel("New password", { exact: true }).fill("short");
  await yuki.button("Save and sign in").click();
  await expect(yuki.page.getByLabel("New password", { exact: true })).toHaveAccessibleDescription(/8 characters/);
  await yuki.page.getByLabel("New password", { exact: true }).fill("salt and rope");
  await yuki.button("Save and sign in").click();
  await expect(yuki.composer).toBeVisible();
  const other = await arrive();
  await other.expecting(/status of 404/, async () => {
    await other.page.goto(link);
    await expect(other.page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
  });
});

journey(
  "[AU3] [AU4] guessing shows in the audit log, which is narrowed to an act and a person",
  async ({ server, join, arrive }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    const { id } = await lin.api<{ id: string }>("GET", "/me");
    await ada.api("PATCH", `/admin/users/${id}`, { role: "admin" });
    const guest = await arrive();
    for (const login of ["lin", "lin", "not anyone"]) {
      const sent = guest.api("POST", "/auth/sign-in", { login, password: "a guess" });
      await expect(sent).rejects.toThrow(/401/);
    }
    // It is written down within a minute, and when the server stops.
    await server.kill("SIGTERM");
    await server.resume();
    await ada.open("/admin/audit");
    const log = ada.page.getByRole("region", { name: "Audit log" });
    await expect(log.getByRole("heading", { name: "Today" })).toBeVisible();
    await expect(log.getByRole("listitem")).toHaveText([
      /Someone failed to sign in with names that nobody has.*from /,
      /Someone failed to sign in as lin \(2 times\).*from /,
      /Ada Lindqvist changed the role of lin \(member → admin\)/,
    ]);
    await ada.page.getByLabel("What was done").selectOption("Failed sign-ins");
    await expect(log.getByRole("listitem")).toHaveCount(2);
    const person = ada.page.getByRole("combobox", { name: "By or about a user name" });
    await person.fill("zzz");
    await expect(ada.page.getByText("Nobody is called like that.")).toBeVisible();
    await person.fill("lin");
    await expect(log.getByRole("listitem")).toHaveText([/as lin \(2 times\)/]);
    // What it is narrowed to is in the address.
    await ada.page.reload();
    await expect(log.getByRole("listitem")).toHaveText([/as lin \(2 times\)/]);
    await expect(person).toHaveValue("lin");
    await ada.page.getByLabel("What was done").selectOption("Rooms deleted");
    await expect(ada.page.getByText("Nothing like it was done.")).toBeVisible();
    await person.fill("");
    await ada.page.getByLabel("What was done").selectOption("Everything that was done");
    await expect(log.getByRole("listitem")).toHaveCount(3);
  },
);

journey(
  "[AD11] the owner sees who is here, what is stored and by whom, and the settings that hold",
  async ({ join }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    await lin.open("/rooms/general");
    await lin.attach([{ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.alloc(3 * 1024, "x") }]);
    await lin.composer.press("Enter");
    await expect.poll(() => lin.api("GET", "/rooms/general/messages")).toMatchObject({ messages: [{}] });
    // The numbers are of the moment at which they are asked for.
    await ada.open("/admin/people");
    await expect(ada.page.locator(".me")).toContainText("online");
    await ada.page.getByRole("link", { name: "Overview", exact: true }).click();
    const term = (name: string) => ada.page.getByRole("term").filter({ hasText: name }).locator("xpath=..");
    await expect(term("Here now")).toContainText(/2.*2 connections/);
    await expect(term("People").first()).toContainText(/2.*2 signed in/);
    await expect(term("On messages")).toContainText("3 KiB · 1 file");
    await expect(term("Pictures of people")).toContainText("Nothing");
    const most = ada.page.getByRole("list", { name: "Who stores most" });
    await expect(most.getByRole("listitem")).toHaveText([/Lin Ortega.*3 KiB/]);
    await expect(most.getByRole("meter", { name: "Files of Lin Ortega" })).toBeVisible();
    await expect(term("Mail")).toContainText("Off");
    await term("New accounts").getByRole("link", { name: "Change" }).click();
    await expect(ada.page.getByRole("radio", { name: "Closed" })).toBeVisible();
  },
);

journey("[PW1] a password is changed in the settings, and other sessions end", async ({ join, arrive }) => {
  const lin = await join("lin");
  const there = await arrive();
  await there.signIn("lin");
  await there.open("/rooms/general");
  await expect(there.composer).toBeVisible();
  await lin.open("/rooms/general");
  await lin.button("Settings").click();
  const section = lin.dialog.getByRole("region", { name: "Password" });
  await section.getByLabel("Current password").fill("not this one");
  await section.getByLabel("New password").fill("salt and rope");
  await lin.expecting(/status of 401/, async () => {
    await section.getByRole("button", { name: "Save" }).click();
    await expect(section.getByLabel("Current password")).toHaveAccessibleDescription("That is not your password.");
  });
  await section.getByLabel("Current password").fill("boats and linseed oil");
  await section.getByRole("button", { name: "Save" }).click();
  await expect(there.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(lin.page.getByText("Your password is changed.")).toBeVisible();
});
