import { limits } from "./limits.ts";

/**
 * A message's content, parsed once for everyone: text, links and mentions. What is not one of these is text, so
 * nothing a person writes can become anything else on a page.
 */
export type Span =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  | { readonly kind: "mention"; readonly text: string; readonly name: string };

/** Something that leaves ink on the page. */
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Zs}\u2800\u3164\uffa0]/u;

/** Whether a reader would see nothing of this text. */
export const isBlank = (text: string): boolean => !visible.test(text);

/** A web address: a scheme, then anything but white space, quotes and angle brackets. Linear in the text's length. */
const address = /\bhttps?:\/\/[^\s<>"'`\u3000-\u3002\uff08\uff09]{1,2000}/giu;

/** Code, as Markdown marks it: what stands between equal runs of back-quotes calls nobody. */
const code = /(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/gsu;

/** A name after `@`, which no word, address or path continues on either side. */
const call = /(?<![\p{L}\p{N}_@.+/-])@([A-Za-z0-9][A-Za-z0-9._-]*)(?![\p{L}\p{N}@/])/gu;

/** What calls every member, whoever has such a name. */
export const everyone: readonly string[] = ["all", "here"];

/**
 * Splits content into text, clickable web addresses and mentions. Only names among `mentions`, in lower case, are
 * mentions. The texts of all spans, joined, are the content.
 */
export function parseContent(content: string, mentions: readonly string[] = []): readonly Span[] {
  const spans: Span[] = [];
  const links = findLinks(content);
  const named = mentions.length === 0 ? [] : findCalls(content, links);
  let end = 0;
  const put = (index: number, span: Span) => {
    if (index > end) spans.push({ kind: "text", text: content.slice(end, index) });
    spans.push(span);
    end = index + span.text.length;
  };
  for (const found of [...links, ...named].sort((one, other) => one.index - other.index)) {
    if ("href" in found) {
      put(found.index, { kind: "link", text: found.text, href: found.href });
    } else {
      const name = found.names.find((candidate) => mentions.includes(candidate));
      if (name !== undefined) {
        const text = content.slice(found.index, found.index + 1 + name.length);
        put(found.index, { kind: "mention", text, name });
      }
    }
  }
  if (end < content.length) spans.push({ kind: "text", text: content.slice(end) });
  return spans;
}

/**
 * The names that content calls, in lower case and once each, at most `limits.mentionsPerMessage`: whoever of them exists
 * is mentioned. `@lin.` may call lin, or someone whose name ends in a dot.
 */
export function parseCalls(content: string): readonly string[] {
  if (!content.includes("@")) return [];
  const names = new Set(findCalls(content, findLinks(content)).flatMap((found) => found.names));
  return [...names].slice(0, limits.mentionsPerMessage);
}

interface Link {
  readonly index: number;
  readonly text: string;
  readonly href: string;
}

function findLinks(content: string): readonly Link[] {
  return [...content.matchAll(address)].flatMap(({ 0: found, index }) => {
    const text = withoutTail(found);
    const href = toHref(text);
    return href === null ? [] : [{ index, text, href }];
  });
}

function findCalls(content: string, links: readonly Link[]) {
  const coded = [...content.matchAll(code)].map(({ 0: text, index }) => ({ index, text }));
  const closed = [...coded, ...links].map(({ index, text }) => [index, index + text.length] as const);
  return [...content.matchAll(call)]
    .filter(({ index }) => !closed.some(([from, to]) => from <= index && index < to))
    .map(({ 1: written = "", index }) => {
      const name = written.toLowerCase();
      return { index, names: [...new Set([name, withoutMarks(name)])] };
    });
}

/** What a name may end in, and a sentence as well. By hand: an expression would look for the end from each of them. */
function withoutMarks(name: string): string {
  let end = name.length;
  while ("._-".includes(name[end - 1] ?? " ")) end--;
  return name.slice(0, end);
}

/** Punctuation that ends a sentence is not part of the address; a closing bracket is, if it was opened inside. */
function withoutTail(text: string): string {
  let end = text.length;
  let open = 0;
  for (const character of text) open += character === "(" ? 1 : character === ")" ? -1 : 0;
  for (; end > 0; end--) {
    const last = text[end - 1] ?? "";
    if (last === ")" && open < 0) open++;
    else if (!".,:;!?*_~…]}”’»".includes(last)) break;
  }
  return text.slice(0, end);
}

function toHref(text: string): string | null {
  const url = URL.parse(text);
  return url && url.hostname !== "" && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}
