import type { Room, User } from "@parley/protocol/model";

/** What could stand in the place of the word that is being written. */
export interface Completion {
  /** Replaces the word; ends with a space, unless a value is still to be written. */
  readonly text: string;
  readonly label: string;
  readonly hint: string;
}

const filters: readonly Completion[] = [
  { text: "from:", label: "from:", hint: "a person, or me" },
  { text: "in:", label: "in:", hint: "a room" },
  { text: "has:", label: "has:", hint: "link, file or reaction" },
  { text: "after:", label: "after:", hint: "a day, such as 2026-11-25" },
  { text: "before:", label: "before:", hint: "a day" },
  { text: "on:", label: "on:", hint: "a day" },
];

const most = 6;

/** The word that ends at the caret. */
export const wordAt = (text: string, caret: number): string => /[^\s"]*$/.exec(text.slice(0, caret))?.[0] ?? "";

/** Replaces the word that ends at the caret. Answers the text, and where the caret is then. */
export function complete(
  text: string,
  caret: number,
  { text: by }: Completion,
): readonly [text: string, caret: number] {
  const start = caret - wordAt(text, caret).length;
  const rest = text.slice(caret);
  return [text.slice(0, start) + by + (by.endsWith(" ") ? rest.trimStart() : rest), start + by.length];
}

/** Nothing for a word that is no filter, and none that could become one. */
export function listCompletions(word: string, rooms: readonly Room[], people: readonly User[]): readonly Completion[] {
  const [, minus = "", name, value = ""] = /^(-?)(?:(from|in|has):)?(.*)$/i.exec(word) ?? [];
  const begins = (text: string) => text.toLowerCase().startsWith(value.replace(/^[@#]/, "").toLowerCase());
  const choice = (by: string, hint: string): Completion => ({
    text: `${minus}${name?.toLowerCase()}:${by} `,
    label: `${minus}${name?.toLowerCase()}:${by}`,
    hint,
  });
  switch (name?.toLowerCase()) {
    case "from":
      return [
        ...(begins("me") ? [choice("me", "you")] : []),
        ...people
          .filter((user) => begins(user.username) || begins(user.displayName))
          .map((user) => choice(user.username, user.displayName)),
      ].slice(0, most);
    case "in":
      return rooms
        .filter((room) => room.kind !== "direct" && (begins(room.slug) || begins(room.name)))
        .map((room) => choice(room.slug, room.name))
        .slice(0, most);
    case "has":
      return ["link", "file", "reaction"].filter(begins).map((thing) => choice(thing, `messages with a ${thing}`));
    default:
      if (value === "" || value.includes(":")) return [];
      return filters
        .filter(({ text }) => text.startsWith(value.toLowerCase()))
        .map(({ text, label, hint }) => ({ text: minus + text, label: minus + label, hint }));
  }
}
