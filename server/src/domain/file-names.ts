import { limits } from "@parley/protocol/limits";

/** Controls, marks that are invisible or turn the direction of what follows, and line ends of every kind. */
const unseen = /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2028\u2029\ufeff\u{e0000}-\u{e007f}]/gu;

/** The name that people see a file under: one visible line without a path, which no disk of ours ever has as a name. */
export function toFileName(given: string): string {
  const line = given.toWellFormed().normalize("NFC").replace(unseen, "");
  const name = (line.split(/[/\\]/).findLast((part) => part.trim() !== "") ?? "").replace(/\s+/gu, " ").trim();
  return /^\.*$/.test(name) ? "file" : shorten(name);
}

/** Keeps the ending, by which people tell what a file is. */
function shorten(name: string): string {
  if (bytesOf(name) <= limits.fileNameBytes) return name;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? "";
  let stem = "";
  let bytes = bytesOf(ending);
  for (const character of name.slice(0, name.length - ending.length)) {
    bytes += bytesOf(character);
    if (bytes > limits.fileNameBytes) break;
    stem += character;
  }
  return stem + ending;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
