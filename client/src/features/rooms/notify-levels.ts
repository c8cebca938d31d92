import type { NotifyLevel } from "@parley/protocol/model";
import type { IconName } from "../../ui/Icon.tsx";

/** How loudly a room can call someone. */
export const notifyLevels: readonly {
  readonly value: NotifyLevel;
  readonly label: string;
  readonly hint: string;
  readonly icon: IconName;
}[] = [
  { value: "all", label: "Every message", hint: "Each message counts as calling you.", icon: "bellRing" },
  { value: "mentions", label: "Mentions", hint: "Only when someone writes @you, @here or @all.", icon: "bell" },
  { value: "none", label: "Nothing", hint: "Quiet in the list, except for mentions.", icon: "bellOff" },
];
