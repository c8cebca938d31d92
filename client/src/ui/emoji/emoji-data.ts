import source from "./emoji.txt?url";

/** All emoji with their names, loaded when first needed. `scripts/emoji.mjs` makes the file. */
export interface Emoji {
  readonly emoji: string;
  readonly name: string;
  /** Short names, as they are written between colons. */
  readonly codes: readonly string[];
  readonly words: readonly string[];
  readonly hasTones: boolean;
}

export interface EmojiGroup {
  readonly name: string;
  readonly emoji: readonly Emoji[];
}

let loading: Promise<readonly EmojiGroup[]> | null = null;

export function loadEmoji(): Promise<readonly EmojiGroup[]> {
  loading ??= fetch(source).then(async (response) => {
    if (!response.ok) throw new Error(`emoji: ${response.status}`);
    return parseEmoji(await response.text());
  });
  // A failure is not remembered.
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

export function parseEmoji(text: string): readonly EmojiGroup[] {
  const groups: { name: string; emoji: Emoji[] }[] = [];
  for (const line of text.split("\n")) {
    const [first = "", name = "", codes = "", words = ""] = line.split("\t");
    if (first.startsWith("# ")) {
      groups.push({ name: first.slice(2), emoji: [] });
    } else if (name !== "") {
      const hasTones = first.endsWith("*");
      const emoji = hasTones ? first.slice(0, -1) : first;
      groups.at(-1)?.emoji.push({ emoji, name, codes: split(codes), words: split(words), hasTones });
    }
  }
  return groups;
}

const split = (text: string) => (text === "" ? [] : text.split(" "));

/** Those that fit a query: by short name first, then by name, then by other words. */
export function searchEmoji(groups: readonly EmojiGroup[], query: string, limit: number): readonly Emoji[] {
  const parts = query
    .toLowerCase()
    .split(/[\s_:]+/)
    .filter(Boolean);
  if (parts.length === 0) return [];
  const joined = parts.join("_");
  const found: { readonly emoji: Emoji; readonly rank: number }[] = [];
  for (const { emoji: members } of groups) {
    for (const emoji of members) {
      const rank = rankOf(emoji, joined, parts);
      if (rank !== null) found.push({ emoji, rank });
    }
  }
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ emoji }) => emoji);
}

function rankOf({ codes, name, words }: Emoji, joined: string, parts: readonly string[]): number | null {
  if (codes.includes(joined)) return 0;
  if (codes.some((code) => code.startsWith(joined))) return 1;
  const known = [...name.toLowerCase().split(/[\s:,-]+/), ...codes.flatMap((code) => code.split("_"))];
  if (parts.every((part) => known.some((word) => word.startsWith(part)))) return 2;
  if (parts.every((part) => [...known, ...words].some((word) => word.startsWith(part)))) return 3;
  if (codes.some((code) => code.includes(joined))) return 4;
  return null;
}

/** From light to dark; 0 is none. */
export type Tone = 0 | 1 | 2 | 3 | 4 | 5;

/** The emoji in a skin tone, where it has any. */
export function withTone({ emoji, hasTones }: Emoji, tone: Tone): string {
  if (!hasTones || tone === 0) return emoji;
  const [first = ""] = emoji;
  return first + String.fromCodePoint(0x1f3fa + tone) + emoji.slice(first.length).replace(/^\ufe0f/, "");
}
