import { codePoints, limits } from "@parley/protocol/limits";
import type { RoomKind } from "@parley/protocol/model";
import type { Option } from "../../ui/Choice.tsx";
import { checkName } from "../account-fields.ts";

export const kinds: readonly Option<RoomKind>[] = [
  { value: "public", label: "Public", hint: "Everyone in the workspace can find and join it.", icon: "hash" },
  { value: "private", label: "Private", hint: "Only who is invited can see it.", icon: "lock" },
];

export const checkRoomName = (name: string) => checkName(name, limits.roomNameLength, "Give the room a name.");

export function checkDescription(description: string): string | undefined {
  const over = codePoints(description.trim()) - limits.descriptionLength;
  return over > 0 ? `This is ${over} characters too long.` : undefined;
}

export function checkSlug(slug: string): string | undefined {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) return "Use a–z, digits and single dashes.";
  return slug.length > limits.slugLength ? `Use at most ${limits.slugLength} characters.` : undefined;
}
