import type { Author } from "@parley/protocol/model";

/** "Lin and Sam are typing". Up to three are named. */
export function describeTyping(authors: readonly Pick<Author, "displayName">[]): string {
  const [first, second, third, more] = authors.map((author) => author.displayName);
  if (first === undefined) return "";
  if (second === undefined) return `${first} is typing`;
  if (third === undefined) return `${first} and ${second} are typing`;
  return more === undefined ? `${first}, ${second} and ${third} are typing` : "Several people are typing";
}
