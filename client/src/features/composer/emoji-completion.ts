import { qualifyEmoji } from "@parley/protocol/emoji";
import type { CompletionSource } from "../../ui/Completion.tsx";

const shownMax = 8;

/** `:name` at the beginning of a word, from two letters on: a smiley such as `:)` is left alone. */
export const emojiCompletion: CompletionSource = {
  label: "Emoji",
  pattern: /(?<![\w:]):([a-z0-9+_-]{2,32}):?$/i,
  async find(query) {
    const [{ loadEmoji, searchEmoji, withTone }, { chosenTone }] = await Promise.all([
      import("../../ui/emoji/emoji-data.ts"),
      import("../../ui/emoji/emoji-habits.ts"),
    ]);
    const tone = chosenTone();
    const found = searchEmoji(await loadEmoji(), query, shownMax);
    return found.map((each) => {
      const emoji = qualifyEmoji(withTone(each, tone));
      return {
        id: emoji,
        label: `:${each.codes[0] ?? each.name}:`,
        picture: () => emoji,
        text: `${emoji} `,
      };
    });
  },
};
