import { codePoints, limits } from "@parley/protocol/limits";
import type { RoomKind } from "@parley/protocol/model";
import type { Option } from "../../ui/Choice.tsx";

export const kinds: readonly Option<RoomKind>[] = [
  { value: "public", label: "Public", hint: "Everyone in the workspace can find and join it.", icon: "hash" },
  { value: "private", label: "Private", hint: "Only who is invited can see it.", icon: "lock" },
];

export function checkRoomName(name: string): string | undefined {
  if (name.trim() === "") return "Give the room a name.";
  if (codePoints(name.trim()) > limits.roomNameLength) return `Use at most ${limits.roomNameLength} characters.`;
  return undefined;
}

export function checkDescription(description: string): string | undefined {
  const over = codePoints(description.trim()) - limits.descriptionLength;
  return over > 0 ? `This is ${over} characters too long.` : undefined;
}

export function checkSlug(slug: string): string | undefined {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) return "Use a–z, digits and single dashes.";
  return slug.length > limits.slugLength ? `Use at most ${limits.slugLength} characters.` : undefined;
}
