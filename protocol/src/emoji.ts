/**
 * What an emoji is. Unicode calls the sequences that are meant for exchange "RGI": pictures, flags, keycaps, families,
 * skin tones. The engine's own Unicode data is the list.
 *
 * Many emoji are written with and without a variation selector (U+FE0F), and people paste both: 👍 and 👍️ look the same
 * and must be one. So every text is first put into the spelling of the list: a selector after each character that is not
 * a picture by itself, and none elsewhere.
 */
const selectors = /[\ufe0e\ufe0f]/g;
const unqualified = /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gu;

/** The text with its emoji in the one spelling that all their spellings have in common. */
export const qualifyEmoji = (text: string): string => text.replace(selectors, "").replace(unqualified, "$&\ufe0f");

let sequence: RegExp | undefined;

/** Whether a qualified text is one emoji. */
export function isEmoji(text: string): boolean {
  // Made when first used: it takes a while, and a browser that does not know the `v` flag must still read messages.
  sequence ??= /^\p{RGI_Emoji}$/v;
  return sequence.test(text);
}

/** What looks like an emoji, whether it is one or not: quick, for every message on a screen. */
const part = String.raw`(?![©®™])\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?`;
const picture = String.raw`(?:\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3|${part}(?:\u200d${part})*[\u{e0020}-\u{e007f}]*)`;
const few = new RegExp(String.raw`^\s*(?:${picture}\s*){1,3}$`, "u");
/** Longer than three emoji with white space between them. */
const fewLength = 64;

/** Whether content is nothing but one to three emoji. */
export const isFewEmoji = (content: string): boolean => content.length <= fewLength && few.test(content);
