import type { RoomKind } from "@parley/protocol/model";
import { Icon } from "../../ui/Icon.tsx";

export function RoomIcon(props: { readonly kind: RoomKind }) {
  return <Icon name={props.kind === "private" ? "lock" : "hash"} />;
}
