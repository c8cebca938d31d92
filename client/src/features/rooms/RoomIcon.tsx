import type { RoomKind } from "@parley/protocol/model";
import { Icon, type IconName } from "../../ui/Icon.tsx";

const icons: Readonly<Record<RoomKind, IconName>> = { public: "hash", private: "lock", direct: "users" };

export function RoomIcon(props: { readonly kind: RoomKind }) {
  return <Icon name={icons[props.kind]} />;
}
