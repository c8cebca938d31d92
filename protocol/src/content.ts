/**
 * A message's content, parsed once for everyone: paragraphs of text and links. What is not one of these is text, so
 * nothing a person writes can become anything else on a page.
 */
export type Span =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

/** Something that leaves ink on the page. */
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Zs}\u2800\u3164\uffa0]/u;

/** Whether a reader would see nothing of this text. */
export const isBlank = (text: string): boolean => !visible.test(text);

/** A web address: a scheme, then anything but white space, quotes and angle brackets. Linear in the text's length. */
const address = /\bhttps?:\/\/[^\s<>"'`\u3000-\u3002\uff08\uff09]{1,2000}/giu;

/** Splits content into text and clickable web addresses. The texts of all spans, joined, are the content. */
export function parseContent(content: string): readonly Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of content.matchAll(address)) {
    const text = withoutTail(match[0]);
    const href = toHref(text);
    if (href === null) continue;
    if (match.index > end) spans.push({ kind: "text", text: content.slice(end, match.index) });
    spans.push({ kind: "link", text, href });
    end = match.index + text.length;
  }
  if (end < content.length) spans.push({ kind: "text", text: content.slice(end) });
  return spans;
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
