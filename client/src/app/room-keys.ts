import type { RoomOrder } from "../features/rooms/room-order.ts";
import { navigate } from "../ui/router/router.ts";
import { roomPath } from "../ui/router/routes.ts";

/** Alt with an arrow goes to the room above or below in the list, which is told so. Answers how to stop. */
export function listenForRoomKeys(
  order: RoomOrder,
  currentId: () => string | undefined,
  onUse: () => void,
): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("dialog[open]")) {
      return;
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const rooms = [...order.rooms(), ...order.direct()];
    if (step === 0 || rooms.length === 0) return;
    event.preventDefault();
    onUse();
    const at = rooms.findIndex((room) => room.id === currentId());
    const next = at < 0 ? rooms[0] : rooms[(at + step + rooms.length) % rooms.length];
    if (next) navigate(roomPath(next.slug));
  };
  addEventListener("keydown", onKeyDown);
  return () => removeEventListener("keydown", onKeyDown);
}
