import type { Client } from "../state/client.ts";
import { navigate } from "../ui/router/router.ts";
import { roomPath } from "../ui/router/routes.ts";

/** Alt with an arrow goes to the room above or below in the list. */
export function listenForRoomKeys(client: Client, currentId: () => string | undefined): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("dialog[open]")) {
      return;
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const rooms = [...client.rooms(), ...client.directRooms()];
    if (step === 0 || rooms.length === 0) return;
    event.preventDefault();
    const at = rooms.findIndex((room) => room.id === currentId());
    const next = at < 0 ? rooms[0] : rooms[(at + step + rooms.length) % rooms.length];
    if (next) navigate(roomPath(next.slug));
  };
  addEventListener("keydown", onKeyDown);
  return () => removeEventListener("keydown", onKeyDown);
}
