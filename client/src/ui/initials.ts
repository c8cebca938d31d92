const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many colours `styles.css` has for avatars. */
const tones = 12;

/** The first letters of the first and the last word, as far as letters stand alone: "Ada Lindqvist" is AL, "山田 太郎" is 山. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const first = firstLetter(words[0] ?? "").toLocaleUpperCase();
  const last = words.length > 1 ? firstLetter(words.at(-1) ?? "").toLocaleUpperCase() : "";
  return /^\p{Lu}/u.test(first) && /^\p{Lu}/u.test(last) ? first + last : first;
}

/** The same id always has the same colour. */
export function toneOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return Math.abs(hash) % tones;
}

function firstLetter(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment;
  return "";
}
