import { parseContent } from "./content.ts";
import { codePoints, limits } from "./limits.ts";
import type { Message } from "./model.ts";

/**
 * What a search means: one grammar, one way to cut texts into what can be found, and one test of whether a message fits.
 * The server's index only proposes messages; this file decides, and says where the words stand.
 *
 *     text   "Café 上海人"   ─▶  units   cafe · 上 海 人     words are folded; in scripts without spaces
 *     index                 ─▶  tokens  cafe 上海 海人 人    each character is a unit, and pairs are indexed
 */
export interface SearchQuery {
  /** All of them occur. */
  readonly terms: readonly SearchTerm[];
  /** None of them occurs. */
  readonly without: readonly SearchTerm[];
  readonly filters: readonly SearchFilter[];
}

/** Units that follow each other. With `prefix` the last word may be the beginning of one. */
export interface SearchTerm {
  readonly units: readonly Unit[];
  readonly prefix: boolean;
}

/** `value` is a user name or `me`, a room's slug or id, a kind of thing, or a date. */
export interface SearchFilter {
  readonly name: FilterName;
  readonly value: string;
  readonly negative: boolean;
}

export type FilterName = (typeof filterNames)[number];
const filterNames = ["from", "in", "before", "after", "on", "has"] as const;
const searchableThings = ["link", "file", "reaction"] as const;

/** A query that cannot be answered says why, in the words of a form field. */
export type ParsedSearch =
  | { readonly ok: true; readonly query: SearchQuery }
  | { readonly ok: false; readonly problem: string };

/** A part of a text, in code units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface Unit {
  readonly text: string;
  /** One character of a script that is written without spaces. */
  readonly isCharacter: boolean;
  /** A character that follows another one without anything between them. */
  readonly isJoined: boolean;
}

/** Whitespace separates; quotation marks hold words together; everything that is no filter is text. */
const part = /(-)?(?:(from|in|before|after|on|has):)?(?:"([^"]*)("|$)|([^\s"]+))/giu;
const unfinished = /^(?:from|in|before|after|on|has):$/iu;

/** Reads any text. Never throws. */
export function parseSearch(text: string): ParsedSearch {
  if (codePoints(text) > limits.searchLength) {
    return { ok: false, problem: `is longer than ${limits.searchLength} characters` };
  }
  const terms: SearchTerm[] = [];
  const without: SearchTerm[] = [];
  const filters: SearchFilter[] = [];
  for (const match of text.matchAll(part)) {
    const [all, minus, filter, phrase, closing, word] = match;
    const name = filter?.toLowerCase() as FilterName | undefined;
    const negative = minus !== undefined;
    if (name) {
      const value = toFilterValue(name, phrase ?? word ?? "");
      if (value === null) return { ok: false, problem: problems[name] };
      if (value !== "") filters.push({ name, value, negative });
    } else if (word === undefined || !unfinished.test(word)) {
      const units = toUnits(phrase ?? word ?? "").map(({ unit }) => unit);
      // Whoever is still writing the last word has not said where it ends.
      const isWriting = !negative && match.index + all.length === text.length && closing !== '"';
      if (units.length > 0) (negative ? without : terms).push({ units, prefix: isWriting || all.endsWith("*") });
    }
  }
  if (terms.length + without.length + filters.length > limits.searchTerms) {
    return { ok: false, problem: `has more than ${limits.searchTerms} parts` };
  }
  return { ok: true, query: { terms, without, filters } };
}

/** Whether a query asks for anything. */
export const isEmptySearch = ({ terms, without, filters }: SearchQuery): boolean =>
  terms.length + without.length + filters.length === 0;

const problems: Readonly<Record<FilterName, string>> = {
  from: "needs a user name after from:",
  in: "needs a room after in:",
  before: "needs a date such as 2026-11-25 after before:",
  after: "needs a date such as 2026-11-25 after after:",
  on: "needs a date such as 2026-11-25 after on:",
  has: "can have has:link, has:file or has:reaction",
};

/** Null when it can never be one. */
function toFilterValue(name: FilterName, written: string): string | null {
  switch (name) {
    case "from":
      return written.replace(/^@/, "").toLowerCase();
    case "in":
      return written.replace(/^#/, "");
    case "has": {
      const value = written.toLowerCase().replace(/s$/, "");
      return searchableThings.find((thing) => thing === value) ?? null;
    }
    default:
      return toDay(written) === null ? null : written;
  }
}

/** The first moment of a day in UTC; null when there is no such day. */
export function toDay(written: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(written)) return null;
  const at = Date.parse(`${written}T00:00:00.000Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== written ? null : at;
}

const characters =
  "[[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{scx=Bopo}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}]&&[\\p{L}\\p{N}]]";
const emoji = "\\p{Extended_Pictographic}[\\p{Emoji_Modifier}\ufe0f]*";
const finder = new RegExp(
  `[[\\p{L}\\p{N}]--${characters}][[\\p{L}\\p{N}\\p{M}]--${characters}]*|(${characters}\\p{M}*)|(${emoji}(?:\u200d${emoji})*|\\p{Regional_Indicator}{2})`,
  "gv",
);

/** What can be found in a text, and where each of it stands. */
function toUnits(text: string): readonly (TextRange & { readonly unit: Unit })[] {
  const found: (TextRange & { readonly unit: Unit })[] = [];
  let characterEnd = -1;
  for (const match of text.matchAll(finder)) {
    const [written, character, picture] = match;
    const start = match.index;
    const end = start + written.length;
    const folded = fold(written, character ?? picture);
    if (folded === "") continue;
    const isCharacter = character !== undefined;
    found.push({ start, end, unit: { text: folded, isCharacter, isJoined: isCharacter && characterEnd === start } });
    characterEnd = isCharacter ? end : -1;
  }
  return found;
}

const plainWord = /^[A-Za-z0-9]+$/;

/** Case, accents and widths make no difference. What is left has no ASCII but letters and digits. */
function fold(written: string, whole: string | undefined): string {
  if (plainWord.test(written)) return written.toLowerCase();
  const plain =
    whole === undefined
      ? written.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().toLowerCase().replaceAll("ς", "σ")
      : whole.normalize("NFKC").replaceAll("\ufe0f", "");
  return plain.replace(/[\u0000-\u007f]/g, (character) => (/[a-z0-9]/.test(character) ? character : ""));
}

/** Longer words are found by their beginning. */
const tokenLength = 64;
const toToken = (text: string) => (text.length <= tokenLength ? text : [...text].slice(0, tokenLength).join(""));

/** The tokens of a text as an index holds them. */
export function toTokens(text: string): readonly string[] {
  const units = toUnits(text).map(({ unit }) => unit);
  return units.map((unit, index) => {
    const next = units[index + 1];
    return next?.isJoined ? unit.text + next.text : toToken(unit.text);
  });
}

/** The tokens that follow each other in an index where a term occurs; the last may be only the beginning of one. */
export function toTermTokens({ units, prefix }: SearchTerm): { readonly tokens: readonly string[]; prefix: boolean } {
  const tokens: string[] = [];
  let beginning = prefix;
  for (const [index, unit] of units.entries()) {
    const next = units[index + 1];
    const joined = unit.isJoined && index > 0;
    if (next?.isJoined) tokens.push(unit.text + next.text);
    else if (next || !joined) tokens.push(toToken(unit.text));
    // A character alone is the beginning of whatever pair it stands in; a pair stands for itself.
    if (!next && unit.isCharacter) beginning = !joined;
  }
  return { tokens, prefix: beginning };
}

/** Where the words of a query stand in a message, in order and apart; null when the message does not fit it. */
export function matchMessage(query: SearchQuery, message: Message): readonly TextRange[] | null {
  if (message.deletedAt !== undefined) return null;
  for (const { name, value, negative } of query.filters) {
    if (name === "has" && thingsOf(message).includes(value) === negative) return null;
  }
  const units = toUnits(message.content);
  const ranges: TextRange[] = [];
  for (const term of query.terms) {
    const found = findTerm(units, term);
    if (found.length === 0) return null;
    ranges.push(...found);
  }
  if (query.without.some((term) => findTerm(units, term).length > 0)) return null;
  return merge(ranges);
}

/** What a message has besides words, as `has:` names it. */
export function thingsOf(message: Message): readonly string[] {
  return [
    ...(parseContent(message.content).some(({ kind }) => kind === "link") ? ["link"] : []),
    ...(message.attachments?.length ? ["file"] : []),
    ...(message.reactions?.length ? ["reaction"] : []),
  ];
}

function findTerm(units: ReturnType<typeof toUnits>, { units: wanted, prefix }: SearchTerm): readonly TextRange[] {
  const last = wanted.length - 1;
  const fits = (at: number) =>
    wanted.every((each, index) => {
      const unit = units[at + index]?.unit;
      if (!unit || (index > 0 && unit.isJoined !== each.isJoined)) return false;
      if (unit.text === each.text) return true;
      return prefix && index === last && !each.isCharacter && !unit.isCharacter && unit.text.startsWith(each.text);
    });
  const ranges: TextRange[] = [];
  for (const [at, { start }] of units.entries()) {
    if (fits(at)) ranges.push({ start, end: units[at + last]?.end ?? start });
  }
  return ranges;
}

function merge(ranges: readonly TextRange[]): readonly TextRange[] {
  const merged: TextRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const before = merged.at(-1);
    if (before && range.start <= before.end) {
      merged[merged.length - 1] = { start: before.start, end: Math.max(before.end, range.end) };
    } else merged.push(range);
  }
  return merged;
}
