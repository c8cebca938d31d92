import type { TextRange } from "@parley/protocol/search";

/** A part of a message's text, for a text node of its own. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

const lead = 60;
const most = 280;

/** The part of a message around what was found in it, cut into marked and plain pieces. White space is one space. */
export function toSnippet(content: string, highlights: readonly TextRange[]): readonly Piece[] {
  const first = highlights[0]?.start ?? 0;
  const start = first > lead * 1.5 ? wordStart(content, first - lead) : 0;
  const end = Math.min(content.length, start + most);
  const pieces: Piece[] = [];
  const add = (from: number, to: number, marked: boolean) => {
    const text = wellFormed(content.slice(from, to)).replace(/\s+/gu, " ");
    if (text !== "") pieces.push({ text, marked });
  };
  if (start > 0) pieces.push({ text: "… ", marked: false });
  let at = start;
  for (const range of highlights) {
    if (range.end <= at) continue;
    if (range.start >= end) break;
    add(at, range.start, false);
    at = Math.min(range.end, end);
    add(Math.max(range.start, start), at, true);
  }
  add(at, end, false);
  if (end < content.length) pieces.push({ text: " …", marked: false });
  return pieces;
}

/** The beginning of the next word, if there is one soon. */
function wordStart(content: string, from: number): number {
  const space = content.slice(from, from + 30).search(/\s\S/u);
  return space < 0 ? from : from + space + 1;
}

/** A cut may fall within a character. */
const wellFormed = (text: string) => text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
