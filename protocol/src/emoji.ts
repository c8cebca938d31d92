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

// Made when first used: a browser that does not know the `v` flag yet must still read messages.
const sequences = lazily(() => /^\p{RGI_Emoji}$/v);
const fewSequences = lazily(() => /^(?:\p{RGI_Emoji}\s*){1,3}$/v);

/** Longer texts than three emoji with white space between them can be. */
const fewLength = 64;

/** The text with its emoji in the one spelling that all their spellings have in common. */
export const qualifyEmoji = (text: string): string => text.replace(selectors, "").replace(unqualified, "$&\ufe0f");

/** Whether a qualified text is one emoji. */
export const isEmoji = (text: string): boolean => sequences()?.test(text) ?? false;

/** Whether content is nothing but one to three emoji. */
export const isFewEmoji = (content: string): boolean =>
  content.length <= fewLength && (fewSequences()?.test(qualifyEmoji(content.trim())) ?? false);

/** Null where the engine does not know the expression. */
function lazily(make: () => RegExp): () => RegExp | null {
  let made: RegExp | null | undefined;
  return () => {
    if (made === undefined) {
      try {
        made = make();
      } catch {
        made = null;
      }
    }
    return made;
  };
}
