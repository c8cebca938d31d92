import type { Tone } from "./emoji-data.ts";

/** What someone picked last, and their skin tone, remembered in this browser. */
const recentKey = "parley.emoji";
const toneKey = "parley.emoji-tone";
const recentMax = 16;

export function recentEmoji(): readonly string[] {
  return read(recentKey).split(" ").filter(Boolean);
}

export function rememberEmoji(emoji: string): void {
  const others = recentEmoji().filter((other) => other !== emoji);
  write(recentKey, [emoji, ...others].slice(0, recentMax).join(" "));
}

export function chosenTone(): Tone {
  const tone = Number(read(toneKey));
  return tone >= 1 && tone <= 5 ? (Math.floor(tone) as Tone) : 0;
}

export const chooseTone = (tone: Tone): void => write(toneKey, String(tone));

// Without storage nothing is remembered.
function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {}
}
