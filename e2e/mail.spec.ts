import { violationsIn } from "./axe.ts";
import { expect, journey } from "./journey.ts";
import { password, phone, type Visitor } from "./visitor.ts";

/** The one link of a letter to `page`. */
const linkIn = (text: string, page: "reset" | "verify"): string =>
  new RegExp(`^http://localhost:\\d+/${page}#[\\w-]{43}$`, "m").exec(text)?.[0] ?? `no link in ${text}`;

const email = ({ dialog }: Visitor) => dialog.getByRole("region", { name: "E-mail" });
const heading = ({ page }: Visitor, name: string) => page.getByRole("heading", { level: 1, name });

journey.describe("a server that sends mail", () => {
  journey.use({ sendsMail: true });

  journey("from sign-up to a forgotten password, by mail", async ({ arrive, post }) => {
    const ada = await arrive();
    await ada.open();
    await ada.page.getByLabel("Workspace name").fill("Harbour Makers");
    await ada.page.getByLabel("Your name").fill("Ada Lindqvist");
    await ada.page.getByLabel("User name").fill("ada");
    await ada.page.getByLabel("E-mail").fill("ada at home");
    await ada.page.getByLabel("Password", { exact: true }).fill(password);
    await ada.button("Create workspace").click();
    await expect(ada.page.getByText("This does not look like an e-mail address.")).toBeVisible();
    await ada.page.getByLabel("E-mail").fill("Ada@Example.org");
    await ada.button("Create workspace").click();
    await expect(ada.page.getByText("We mailed a link to Ada@Example.org.")).toBeVisible();
    const letter = await post.next();
    expect(letter.to).toEqual(["ada@example.org"]);

    // In the mailbox of a phone where nobody is signed in.
    const there = await arrive(phone);
    await there.page.goto(linkIn(letter.text, "verify"));
    await expect(there.page.getByText("Is ada@example.org the address of your account ada?")).toBeVisible();
    expect(await violationsIn(there)).toEqual([]);
    await there.page.keyboard.press("Enter");
    await expect(heading(there, "Your address is verified")).toBeVisible();
    expect(await violationsIn(there)).toEqual([]);
    await there.expecting(/status of 409/, async () => {
      await there.page.reload();
      await expect(heading(there, "This address is verified")).toBeVisible();
    });
    await there.page.getByRole("link", { name: "Sign in" }).click();

    await there.page.getByRole("link", { name: "Forgot your password?" }).click();
    await there.page.getByLabel("User name or e-mail").fill("ada");
    await there.button("Mail me a link").click();
    await expect(heading(there, "Look at your mail")).toBeVisible();
    const reset = await post.next();
    expect(reset.to).toEqual(["ada@example.org"]);
    await there.page.goto(linkIn(reset.text, "reset"));
    await there.page.getByLabel("New password").fill("pitch and tar and rope");
    await there.button("Save and sign in").click();
    await expect(there.rooms).toBeVisible();
    await expect(heading(ada, "Sign in")).toBeVisible();
    await ada.page.getByLabel("User name or e-mail").fill("ada@example.org");
    await ada.page.getByLabel("Password", { exact: true }).fill("pitch and tar and rope");
    await ada.button("Sign in").click();
    await expect(ada.composer).toBeVisible();
    await there.expecting(/status of 404/, async () => {
      await there.page.goto(linkIn(reset.text, "reset"));
      await expect(heading(there, "This link does not work any more")).toBeVisible();
    });
  });

  journey("another address waits for its link, and the one of before is told", async ({ arrive, join, post }) => {
    const ada = await join("ada");
    const lin = await join("lin");
    await lin.open("/rooms/general");
    await lin.button("Settings").click();
    await expect(email(lin).getByText("verif")).toHaveCount(0);
    await email(lin).getByLabel("E-mail address").fill("lin@example.org");
    await email(lin).getByLabel("Your password").fill("not this one");
    await lin.expecting(/status of 401/, async () => {
      await email(lin).getByRole("button", { name: "Save" }).click();
      await expect(email(lin).getByText("That is not your password.")).toBeVisible();
    });
    await email(lin).getByLabel("Your password").fill(password);
    await email(lin).getByRole("button", { name: "Save" }).click();
    await expect(email(lin).getByText("Open the link that we mailed to lin@example.org")).toBeVisible();
    const lost = linkIn((await post.next()).text, "verify");
    await email(lin).getByRole("button", { name: "Mail the link again" }).click();
    await expect(lin.page.getByText("A letter with a link is on its way.")).toBeVisible();
    expect(await violationsIn(lin)).toEqual([]);

    // Opened where somebody else is signed in: it stays theirs, and says nothing of Ada.
    await ada.page.goto(linkIn((await post.next()).text, "verify"));
    await ada.button("Yes, verify it").click();
    await expect(ada.page.getByText("You can sign in as lin with lin@example.org")).toBeVisible();
    await expect(email(lin).getByText("Your address is verified.")).toBeVisible();
    await ada.page.getByRole("link", { name: "Go to your rooms" }).click();
    await expect(ada.page.getByText("@ada")).toBeVisible();
    await ada.expecting(/status of 404/, async () => {
      await ada.page.goto(lost);
      await expect(heading(ada, "This link does not work")).toBeVisible();
    });

    await email(lin).getByLabel("E-mail address").fill("lin@example.com");
    await email(lin).getByLabel("Your password").fill(password);
    await email(lin).getByLabel("Your password").press("Enter");
    await expect(email(lin).getByText("Until then your address is lin@example.org.")).toBeVisible();
    const letters = [await post.next(), await post.next()];
    const told = letters.find(({ to }) => to[0] === "lin@example.org");
    const link = linkIn(letters.find(({ to }) => to[0] === "lin@example.com")?.text ?? "", "verify");
    expect(told?.text).toContain("someone knows your password");

    // Whoever reads the old mailbox stops it by choosing another password.
    await lin.dialog.getByLabel("Current password").fill(password);
    await lin.dialog.getByLabel("New password").fill("salt and rope and tar");
    await lin.dialog.getByLabel("New password").press("Enter");
    await expect(email(lin).getByText("Your address is verified.")).toBeVisible();
    const stranger = await arrive();
    await stranger.expecting(/status of 404/, async () => {
      await stranger.page.goto(link);
      await expect(heading(stranger, "This link does not work")).toBeVisible();
    });
  });
});

journey("a server that sends no mail asks for no address and verifies none", async ({ arrive, join }) => {
  const ada = await join("ada");
  await ada.open("/rooms/general");
  await ada.button("Settings").click();
  await email(ada).getByLabel("E-mail address").fill("ada@example.org");
  await email(ada).getByLabel("Your password").fill(password);
  await email(ada).getByRole("button", { name: "Save" }).click();
  await expect(email(ada).getByText("Saved")).toBeVisible();
  await expect(email(ada).getByText(/verif|link/)).toHaveCount(0);
  const guest = await arrive();
  await guest.open("/sign-in");
  await expect(guest.button("Sign in")).toBeVisible();
  await expect(guest.page.getByRole("link", { name: "Forgot your password?" })).toHaveCount(0);
  await guest.page.getByLabel("User name or e-mail").fill("ada@example.org");
  await guest.page.getByLabel("Password", { exact: true }).fill(password);
  await guest.button("Sign in").click();
  await expect(guest.composer).toBeVisible();
  const other = await arrive();
  await other.open("/sign-up");
  await expect(other.page.getByLabel("Your name")).toBeVisible();
  await expect(other.page.getByLabel("E-mail")).toHaveCount(0);
});
