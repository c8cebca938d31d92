import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseCalls, parseContent, type Span } from "./content.ts";

fc.configureGlobal({ seed: 20_261_120 });

const links = (content: string) => parseContent(content).flatMap((span) => (span.kind === "link" ? [span.href] : []));
const linked = (content: string) => parseContent(content).flatMap((span) => (span.kind === "link" ? [span.text] : []));
const joined = (spans: readonly Span[]) => spans.map((span) => span.text).join("");

describe("what becomes a link", () => {
  test("web addresses do, in any letter case, anywhere in a text", () => {
    expect(parseContent("see https://example.org/a?b=c#d now")).toEqual([
      { kind: "text", text: "see " },
      { kind: "link", text: "https://example.org/a?b=c#d", href: "https://example.org/a?b=c#d" },
      { kind: "text", text: " now" },
    ]);
    expect(links("HTTP://Example.ORG/Path")).toEqual(["http://example.org/Path"]);
    expect(links("https://a.example\nhttps://b.example\thttp://localhost:3000")).toEqual([
      "https://a.example/",
      "https://b.example/",
      "http://localhost:3000/",
    ]);
  });

  test("text without an address is one span, and no text is none", () => {
    expect(parseContent("just words")).toEqual([{ kind: "text", text: "just words" }]);
    expect(parseContent("")).toEqual([]);
  });

  test("no other scheme ever does", () => {
    for (const content of [
      "javascript:alert(1)",
      "jAvAsCrIpT:alert(1)",
      "java\tscript:alert(1)",
      "javascript://https%0aalert(1)",
      "&#x6A;avascript:alert(1)",
      "data:text/html,<script>alert(1)</script>",
      "data:text/html;base64,aHR0cHM6Ly9h",
      "vbscript:msgbox(1)",
      "file:///etc/passwd",
      "ftp://example.org",
      "mailto:a@example.org",
      "httpſ://example.org",
      "xhttps://example.org",
      "https:/example.org",
      "https:example.org",
      "//example.org",
      "www.example.org",
    ]) {
      expect([content, links(content)]).toEqual([content, []]);
    }
    expect(links("blob:https://example.org/x")).toEqual(["https://example.org/x"]);
    expect(links("javascript:location='https://example.org/'")).toEqual(["https://example.org/"]);
  });

  test("an address without a possible host stays text", () => {
    for (const content of [
      "https://",
      "http://...",
      "https://?x",
      "https://[::1",
      "https://a b",
      "http://%zz/",
      "https://\u202e.x",
    ]) {
      expect([content, joined(parseContent(content))]).toEqual([content, content]);
      expect([content, links(content.replace("a b", ""))]).toEqual([content, []]);
    }
  });

  test("markup is text: it neither becomes markup nor joins an address", () => {
    expect(links("[the bank](https://other.example)")).toEqual(["https://other.example/"]);
    expect(links("[https://bank.example](https://other.example)")).toEqual([]);
    expect(links('<a href="https://example.org/x">y</a>')).toEqual(["https://example.org/x"]);
    expect(parseContent("<img src=x onerror=alert(1)>")).toEqual([
      { kind: "text", text: "<img src=x onerror=alert(1)>" },
    ]);
    expect(links("`https://example.org/x`")).toEqual(["https://example.org/x"]);
  });
});

describe("where a link ends", () => {
  test.each([
    ["https://example.org.", "https://example.org"],
    ["https://example.org/a, then", "https://example.org/a"],
    ["https://example.org/a?!…", "https://example.org/a"],
    ["**https://example.org/a**", "https://example.org/a"],
    ["(https://example.org/a)", "https://example.org/a"],
    ["(see https://example.org/a).", "https://example.org/a"],
    ["https://example.org/a_(b)", "https://example.org/a_(b)"],
    ["(https://example.org/a_(b))", "https://example.org/a_(b)"],
    ["https://example.org/a_(b)).", "https://example.org/a_(b)"],
    ["[https://example.org/a]", "https://example.org/a"],
    ["{https://example.org/a}", "https://example.org/a"],
    ["“https://example.org/a?b=1&c=2”", "https://example.org/a?b=1&c=2"],
    ["‘https://example.org/a’", "https://example.org/a"],
    ["«https://example.org/a»", "https://example.org/a"],
    ['"https://example.org/a"', "https://example.org/a"],
    ["https://example.org/a/", "https://example.org/a/"],
    ["https://example.org/a。次", "https://example.org/a"],
    ["（https://example.org/a）", "https://example.org/a"],
    ["https://example.org/漢字", "https://example.org/漢字"],
  ])("%s ends at %s", (content, text) => {
    expect(linked(content)).toEqual([text]);
  });
});

describe("of any content", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.constantFrom(
      "https://",
      "http://",
      "HTTPS://",
      "javascript:",
      "data:",
      "(",
      ")",
      ").",
      "]",
      " ",
      "\n",
      "://",
      "@",
      "[",
      "%",
    ),
  );
  const anything = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(""));

  test("the texts of the spans, joined, are the content, and no span is empty", () => {
    fc.assert(
      fc.property(anything, (content) => {
        const spans = parseContent(content);
        expect(joined(spans)).toBe(content);
        expect(spans.every((span) => span.text !== "")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("every link leads to http or https, and to where its own text says", () => {
    fc.assert(
      fc.property(anything, (content) => {
        for (const span of parseContent(content)) {
          if (span.kind !== "link") continue;
          expect(["http:", "https:"]).toContain(new URL(span.href).protocol);
          expect(span.href).toBe(toHref(span.text));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a web address between spaces is one link, whole but for its closing punctuation", () => {
    fc.assert(
      fc.property(fc.webUrl(), (url) => {
        const [link = "", ...more] = linked(`a ${url} b`);
        expect(more).toEqual([]);
        expect(url.startsWith(link)).toBe(true);
        // A single quote ends an address wherever it stands.
        expect(url.slice(link.length)).toMatch(/^[.,:;!?*_~)]*('.*)?$/);
      }),
    );
  });
});

describe("of 100,000 hostile characters", () => {
  const size = 100_000;
  // A quadratic parser takes minutes here; this one takes milliseconds.
  test.each([
    ["spaces", " "],
    ["quotes", '"'],
    ["brackets", "["],
    ["images", "!["],
    ["schemes", "https://"],
    ["half schemes", "http"],
    ["scheme and space", "https:// "],
    ["dots behind an address", "https://a.b/....................... "],
    ["labels", "https://a.a.a.a.a.a.a.a.a.a.a"],
    ["percent signs", "https://a.b/%%%%%%%% "],
    ["letters", "h"],
    ["emoji", "👨‍👩‍👧‍👦"],
  ])("%s", (_, unit) => {
    const content = unit.repeat(Math.ceil(size / unit.length));
    const started = performance.now();
    const spans = parseContent(content);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(joined(spans)).toBe(content);
  });

  test.each(["(", ")", ".", "a", "(.", ").", "]"])("one address with a tail of %s", (unit) => {
    const content = `https://example.org/${unit.repeat(size / unit.length)}`;
    const started = performance.now();
    expect(joined(parseContent(content))).toBe(content);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  test.each(["._-", "a.", "@", "@a", "`", "a`"])("one call that goes on with %s", (unit) => {
    const content = `@lin${unit.repeat(size / unit.length)}b`;
    const started = performance.now();
    expect(parseCalls(content).length).toBeLessThanOrEqual(50);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

function toHref(text: string): string {
  return new URL(text).href;
}
