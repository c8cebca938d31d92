import { readFileSync } from "node:fs";

/**
 * Prints `client/src/ui/emoji/emoji.txt` from the English `data.json` of emoji-picker-element-data (GitHub's short
 * names), which is made from emojibase (MIT). Run it when Unicode has new emoji that most systems can draw:
 *
 *     node scripts/emoji.mjs data.json > client/src/ui/emoji/emoji.txt
 *
 * A line is an emoji, its name, its short names and more words to find it by, with tabs between; `*` after the emoji
 * says that it has skin tones. A line with `#` begins a group.
 */
const newest = 15.1;
const groups = {
  0: "Smileys",
  1: "People",
  3: "Animals and nature",
  4: "Food and drink",
  5: "Travel and places",
  6: "Activities",
  7: "Objects",
  8: "Symbols",
  9: "Flags",
};

const [path] = process.argv.slice(2);
const data = JSON.parse(readFileSync(path, "utf8")).filter(({ version }) => version <= newest);
for (const [number, name] of Object.entries(groups)) {
  console.log(`# ${name}`);
  for (const each of data.filter(({ group }) => group === Number(number))) {
    const { annotation, shortcodes = [], tags = [] } = each;
    const emoji = qualify(each.emoji);
    const known = new Set([...annotation.split(" "), ...shortcodes.flatMap((code) => code.split("_"))]);
    const words = tags.filter((tag) => !known.has(tag));
    console.log([`${emoji}${hasTones(each) ? "*" : ""}`, annotation, shortcodes.join(" "), words.join(" ")].join("\t"));
  }
}

/** As `protocol/src/emoji.ts` spells it. */
function qualify(emoji) {
  return emoji
    .replace(/[\ufe0e\ufe0f]/g, "")
    .replace(/(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gu, "$&\ufe0f");
}

/** Whether the tone stands after the first character, as `withTone` in the client puts it. */
function hasTones({ emoji, skins = [] }) {
  const one = skins.find(({ tone }) => tone === 1);
  if (!one) return false;
  const [first = ""] = emoji;
  const toned = `${first}\u{1f3fb}${emoji.slice(first.length).replace(/^\ufe0f/, "")}`;
  return qualify(one.emoji) === qualify(toned);
}
