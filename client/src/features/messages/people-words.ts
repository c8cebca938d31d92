/** So many are named at most. */
export const namedMax = 3;

/** Several people in words: "Ada, Lin and 3 more". `names` are those that are known, of `count` people in all. */
export function nameSome(names: readonly string[], count: number): string {
  const shown = names.slice(0, count > namedMax ? namedMax - 1 : namedMax);
  const more = count - shown.length;
  if (shown.length === 0) return count === 1 ? "One person" : `${count} people`;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  const last = shown.at(-1) ?? "";
  return shown.length === 1 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}
