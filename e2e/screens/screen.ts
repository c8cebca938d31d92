import { expect } from "../journey.ts";
import type { Server } from "../server.ts";
import type { Visitor } from "../visitor.ts";

/** Who looks, who else is there, and at which size. */
export interface Scene {
  readonly server: Server;
  /** Owns the workspace, so that nothing is hidden. */
  readonly ada: Visitor;
  readonly lin: Visitor;
  readonly isPhone: boolean;
}

/** One thing that there is to see: a screen, a panel, a dialog, or a state of one that looks different. */
export interface Screen {
  readonly name: string;
  /** The files of the client, by their component, that it is here for. */
  readonly shows?: readonly string[];
  /** Where it exists, if not everywhere. */
  readonly only?: "desk" | "phone";
  /** What the browser itself says of requests that fail here. */
  readonly expects?: RegExp;
  /** Leads there from anywhere. */
  open(scene: Scene): Promise<void>;
  /** Puts back what the next one would stumble over. */
  leave?(scene: Scene): Promise<void>;
}

/** Screens that stand in one situation, and how it comes about. */
export interface Act {
  readonly name: string;
  prepare(scene: Scene): Promise<void>;
  readonly screens: readonly Screen[];
}

export const heading = ({ page }: Visitor, name: string | RegExp) =>
  expect(page.getByRole("heading", { name }).filter({ visible: true }).first()).toBeVisible();

/** The settings, which a phone reaches from its list of rooms. */
export async function openSettings({ ada, isPhone }: Scene): Promise<void> {
  await ada.open(isPhone ? "/" : "/rooms/general");
  await ada.button("Settings").click();
  await expect(ada.dialog.getByText("This session")).toBeAttached();
}

/** One of the acts on a message: in its bar, behind "More", or after a long press. */
export async function actOn({ ada, isPhone }: Scene, text: string | RegExp, name: string): Promise<void> {
  const message = ada.message(text);
  if (isPhone) {
    const sheet = ada.page.getByRole("dialog", { name: "Message" });
    await ada.longPress(message.locator(".message-text, .attachments").first(), () => expect(sheet).toBeVisible());
    await sheet.getByRole("button", { name, exact: true }).tap();
    return;
  }
  await message.hover();
  const button = message.getByRole("button", { name, exact: true });
  await message.getByRole("button", { name: "More", exact: true }).waitFor();
  if ((await button.count()) > 0) await button.click();
  else await ada.actMore(text, name);
}
