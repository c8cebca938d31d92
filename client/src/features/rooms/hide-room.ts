import type { Room } from "@parley/protocol/model";
import type { Client } from "../../state/client.ts";
import { notify } from "../../ui/notices.tsx";
import { navigate } from "../../ui/router/router.ts";
import { homePath } from "../../ui/router/routes.ts";
import { explain } from "../words.ts";

/** Puts a direct room away, and leads out of it where it is open. */
export async function hideRoom(client: Client, { id, name }: Room, isOpen: boolean): Promise<void> {
  const hidden = client.hideRoom(id);
  if (isOpen) navigate(homePath, { replace: true });
  try {
    await hidden;
    notify(`${name} is hidden until something new is said.`);
  } catch (error) {
    notify(explain(error));
  }
}
